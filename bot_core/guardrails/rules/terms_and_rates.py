"""Terms, percentages and numbers with a unit: only those of the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from bot_core.facts.facts import CarFact, CarSearchFacts
from bot_core.guardrails.denials import sentence_denies
from bot_core.guardrails.grounding import Grounding, Role, quantities_in
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues
from bot_core.guardrails.reading import Span, is_inside, same_length_fold
from bot_core.quantities.quantity import Quantity, QuantityKind
from bot_core.trace import Finding

_CENTIMETRE_MM = 10
_DAYS_OF_A_WEEK = 7
_RIGHT_AFTER = re.compile(r"\W*(?:(?:de|of|la|the)\W+){0,2}")


def terms(inspection: Inspection) -> Iterator[Finding]:
    """A term that is not offered may only be named to say so; a warranty's length is no term of credit."""
    figures = inspection.grounding.of_kind(QuantityKind.TERM)
    for quantity in inspection.numbers(QuantityKind.TERM):
        if is_coverage(inspection, quantity):
            if quantity.value not in _months_of_coverage(inspection.grounding):
                yield inspection.finding("term", quantity.start, quantity.end, "this length is not in the facts")
            continue
        same = [figure for figure in figures if figure.value == quantity.value]
        if not same:
            yield inspection.finding("term", quantity.start, quantity.end, "this term is not in the facts")
        elif all(figure.role is Role.CUSTOMER for figure in same):
            sentence = inspection.reply.sentence_at(quantity.start)
            if not sentence_denies(inspection.reply, sentence):
                yield inspection.finding("term", quantity.start, quantity.end, "this term is not offered")


def is_coverage(inspection: Inspection, quantity: Quantity) -> bool:
    """ "garantía de 36 meses", "36 meses de garantía": the last word before it that tells, else the one right after."""
    folded = inspection.reply.folded
    start = inspection.reply.sentence_at(quantity.start).start
    told = [match.end() for match in cues().coverage.finditer(folded, start, quantity.start)]
    other = [match.end() for match in cues().credit.finditer(folded, start, quantity.start)]
    after = _RIGHT_AFTER.match(folded, quantity.end)
    if after and cues().coverage.match(folded, after.end()):
        return True
    return max(told, default=-1) > max(other, default=-1)


def _months_of_coverage(grounding: Grounding) -> set[Decimal]:
    """What the knowledge says of warranties, in months."""
    texts = [text for text in grounding.knowledge if cues().coverage.search(same_length_fold(text))]
    months = {q.value for text in texts for q in quantities_in(text) if q.kind is QuantityKind.TERM}
    return months | {number * 12 for family, number in _counted(texts) if family == "year"}


def percentages(inspection: Inspection) -> Iterator[Finding]:
    known = {figure.value for figure in inspection.grounding.of_kind(QuantityKind.PERCENT)}
    for quantity in inspection.numbers(QuantityKind.PERCENT):
        if quantity.value not in known:
            yield inspection.finding("percentage", quantity.start, quantity.end, "this percentage is not in the facts")


def counts(inspection: Inspection) -> Iterator[Finding]:
    """ "7 días", "15 sedes", "4.49 m": a bare number is fine, one with a unit is a claim."""
    read_as_terms = tuple(Span(term.start, term.end) for term in inspection.reply.of_kind(QuantityKind.TERM))
    excused = (*inspection.car_names, *inspection.quoted, *inspection.place_names, *inspection.customer_day)
    for match in cues().unit.finditer(inspection.reply.folded):
        if is_inside((*excused, *read_as_terms), *match.span()) or _is_some_day(match):
            continue
        if not _is_known(match, inspection.grounding):
            yield inspection.finding("count", *match.span(), "this number is not in the facts")


def _is_some_day(match: re.Match[str]) -> bool:
    """ "un día entre semana" is no length."""
    return match["number"] in cues().number_words and cues().families[match["unit"]] == "day" and _number(match) == 1


def _is_known(match: re.Match[str], grounding: Grounding) -> bool:
    family, number = _claim(match)
    if family == "length":
        scale = cues().length_units[match["unit"]]
        return number in {size for car in grounding.cars for size in _sizes(car, scale)}
    if family == "car" and number in _stock(grounding):
        return True
    if family == "branch" and 1 <= number <= len(set(grounding.branches)):
        return True
    return (family, number) in _knowledge_counts(grounding)


def _stock(grounding: Grounding) -> set[Decimal]:
    totals = {fact.total for fact in grounding.facts if isinstance(fact, CarSearchFacts)}
    return {Decimal(number) for number in (*totals, *range(1, len(grounding.cars) + 1))}


def _knowledge_counts(grounding: Grounding) -> set[tuple[str, Decimal]]:
    hours = (text for branch in grounding.branches for text in (branch.hours, branch.hours_en) if text)
    return set(_counted((*grounding.knowledge, *hours)))


def _counted(texts: Iterable[str]) -> Iterator[tuple[str, Decimal]]:
    for text in texts:
        yield from map(_claim, cues().unit.finditer(same_length_fold(text)))


def _claim(match: re.Match[str]) -> tuple[str, Decimal]:
    """What is counted and how many; a week is seven days."""
    family = cues().families[match["unit"]]
    return ("day", _number(match) * _DAYS_OF_A_WEEK) if family == "week" else (family, _number(match))


def _number(match: re.Match[str]) -> Decimal:
    spelled = cues().number_words.get(match["number"])
    return Decimal(spelled) if spelled is not None else Decimal(match["number"].replace(",", ""))


def _sizes(car: CarFact, scale: int) -> Iterator[Decimal]:
    """A size in its unit, exact and rounded to a centimetre."""
    for size in (car.length_mm, car.width_mm, car.height_mm):
        if size is not None:
            yield Decimal(size) / scale
            yield (Decimal(size) / _CENTIMETRE_MM).quantize(Decimal(1), rounding=ROUND_HALF_UP) * _CENTIMETRE_MM / scale
