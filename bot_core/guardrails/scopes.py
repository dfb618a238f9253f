"""Which car of the facts a place in the reply talks about: its sentence, else its line, its heading, its paragraph."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot_core.catalog.car import CarMention
from bot_core.facts.facts import CarFact
from bot_core.guardrails.reading import Reply, Span, occurrences, same_length_fold
from bot_core.quantities.quantity import QuantityKind


@dataclass(frozen=True, slots=True)
class _Named:
    """A place that names cars of the facts."""

    span: Span
    stock_ids: frozenset[str]


class CarScopes:
    """Cars by place. A year beside a name narrows it: "el Versa 2019" is not the Versa 2020."""

    def __init__(self, reply: Reply, cars: Sequence[CarFact]) -> None:
        self._reply = reply
        self._cars = {car.stock_id: car for car in cars}
        self._named = sorted(_named(reply, cars), key=lambda named: named.span.start)
        self._years = reply.of_kind(QuantityKind.YEAR)
        self._figures = (*reply.of_kind(QuantityKind.AMOUNT), *reply.of_kind(QuantityKind.KILOMETRES))

    def cars_at(self, position: int) -> frozenset[str] | None:
        """stock_ids of the cars meant at `position`; None when nothing around it names one."""
        sentence = self._reply.sentence_at(position)
        index = self._reply.line_number(position)
        near = self._last_named(sentence, position)
        return near or self._in(sentence) or self._in(self._reply.lines[index]) or self._above(index) or None

    def _last_named(self, span: Span, position: int) -> frozenset[str]:
        """Of cars and figures in turn ("el 2019 en $215,999 y el 2018 en $198,999") the car named last before it.

        Empty when a figure stands before the first car, or fewer than two cars are told apart.
        """
        everyone = frozenset(
            stock_id
            for named in self._named
            if span.holds(named.span.start, named.span.end)
            for stock_id in named.stock_ids
        )
        figures = sorted(f.start for f in self._figures if span.holds(f.start, f.end))
        if len(everyone) < 2 or not figures:
            return frozenset()
        borders = [span.start, *figures]
        groups = [self._named_between(start, end, everyone) for start, end in itertools.pairwise((*borders, span.end))]
        if not groups[0] or len({group for group in groups if group}) < 2:
            return frozenset()
        before = [group for border, group in zip(borders, groups, strict=True) if border < position and group]
        return before[-1] if before else frozenset()

    def _named_between(self, start: int, end: int, everyone: frozenset[str]) -> frozenset[str]:
        """Cars named there, by name, by year or by both."""
        inside = Span(start, end)
        by_name = frozenset(
            stock_id
            for named in self._named
            if inside.holds(named.span.start, named.span.end)
            for stock_id in named.stock_ids
        )
        years = {int(year.value) for year in self._years if inside.holds(year.start, year.end)}
        by_year = frozenset(stock_id for stock_id in by_name or everyone if self._cars[stock_id].year in years)
        return by_year or by_name

    def _above(self, index: int) -> frozenset[str]:
        """The heading over a block of lines, else all cars of the paragraph."""
        union: frozenset[str] = frozenset()
        for line in reversed(self._reply.lines[:index]):
            if not self._reply.text[line.start : line.end].strip():
                break
            named = self._in(line)
            if named and not union and self._is_heading(line):
                return named
            union |= named
        return union

    def _is_heading(self, line: Span) -> bool:
        return not any(line.holds(figure.start, figure.end) for figure in self._figures)

    def _in(self, span: Span) -> frozenset[str]:
        inside = [named.stock_ids for named in self._named if span.holds(named.span.start, named.span.end)]
        named = frozenset(stock_id for stock_ids in inside for stock_id in stock_ids)
        if len(named) < 2:
            return named
        years = {int(year.value) for year in self._years if span.holds(year.start, year.end)}
        narrowed = frozenset(stock_id for stock_id in named if self._cars[stock_id].year in years)
        return narrowed or named


def matching(mention: CarMention, cars: Iterable[CarFact]) -> frozenset[str]:
    """stock_ids of the cars that a name covers; a version narrows when any car has it."""
    same = [car for car in cars if mention.make in (None, car.make) and mention.model in (None, car.model)]
    exact = [car for car in same if mention.version and has_version(car, mention.version)]
    return frozenset(car.stock_id for car in exact or same)


def has_version(car: CarFact, version: str) -> bool:
    return bool(occurrences(version, same_length_fold(car.version)))


def _named(reply: Reply, cars: Sequence[CarFact]) -> list[_Named]:
    exact: dict[Span, set[str]] = {}
    for car in cars:
        for span in occurrences(car.label, reply.folded):
            exact.setdefault(span, set()).add(car.stock_id)
    named = [_Named(span, frozenset(stock_ids)) for span, stock_ids in exact.items()]
    named.extend(
        _Named(Span(mention.start, mention.end), matching(mention, cars))
        for mention in reply.mentions
        if not any(span.start <= mention.start < span.end for span in exact)
    )
    return named
