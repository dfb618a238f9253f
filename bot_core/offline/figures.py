"""Down payment, monthly budget, term, price, distance and year from the numbers of a message and their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot_core.offline.findings import Finding
from bot_core.offline.lexicon import pattern
from bot_core.offline.limits import read_prices, read_years
from bot_core.offline.surroundings import Figure
from bot_core.quantities.quantity import QuantityKind

_MOST_MONTHLY = 25_000
"""MXN; above it "puedo pagar 200 mil" speaks of the price."""
_THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True)
class FigureContext:
    """What the rest of the message and the conversation say about its numbers."""

    searched: bool
    """The message looks for a car."""
    credit: bool
    """It speaks of monthly payments."""
    plain_is_down_payment: bool
    """ "con 80 mil" is a down payment, not a price."""
    asked_down_payment: bool
    """The bot has just asked for it: any amount is one."""


def read_figures(figures: Sequence[Figure], text: str, now: datetime, context: FigureContext) -> Iterator[Finding]:
    """`text` is the mended message without cars' names; `now` turns "de menos de 5 años" into a year."""
    prices: list[Figure] = []
    for figure in figures:
        match figure.kind:
            case QuantityKind.KILOMETRES:
                yield from _kilometres(figure)
            case QuantityKind.TERM:
                yield Finding("term_months", int(figure.value), figure.start, figure.end)
            case QuantityKind.PERCENT:
                yield from _percent(figure)
            case QuantityKind.AMOUNT | QuantityKind.NUMBER:
                if finding := _payment(figure, context):
                    yield finding
                elif price := _as_price(figure, searched=context.searched):
                    prices.append(price)
    yield from read_prices(prices)
    yield from read_years([figure for figure in figures if figure.kind is QuantityKind.YEAR])
    yield from _phrases(text, now)


def _as_price(figure: Figure, *, searched: bool) -> Figure | None:
    """ "de 450 pa bajo" are thousands where a car is looked for."""
    if figure.ends("income"):
        return None
    if figure.kind is QuantityKind.AMOUNT:
        return figure
    is_limited = any(figure.starts(name) for name in ("max_after", "min_after", "about_after"))
    is_budget = re.search(
        r"\b(presupuesto|precio|budget|price|subo|sube|subimos|subirle|subele|bajo|bajale|bajamos|bajarle)\b",
        figure.before,
    )
    if (is_budget or figure.ends("car_of") or (searched and is_limited)) and 60 <= figure.value < 1000:
        return replace(figure, kind=QuantityKind.AMOUNT, value=figure.value * _THOUSAND)
    return None


def _phrases(text: str, now: datetime) -> Iterator[Finding]:
    if match := pattern("amounts", "no_down_payment").search(text):
        yield Finding("down_payment", Decimal(0), match.start(), match.end())
    elif match := pattern("amounts", "half").search(text):
        yield Finding("down_payment_percent", Decimal(50), match.start(), match.end())
    for match in pattern("amounts", "age").finditer(text):
        yield Finding("year_min", now.year - int(match["years"]), match.start(), match.end())


def _payment(figure: Figure, context: FigureContext) -> Finding | None:
    """A down payment or a monthly amount, when the words beside the number or the last question say so."""
    if figure.starts("down_payment", "after"):
        return _down_payment(figure)
    if figure.starts("fortnightly"):
        return Finding("monthly_budget", figure.value * 2, figure.start, figure.end)
    if figure.starts("monthly", "after"):
        return _monthly(figure)
    if figure.ends("down_payment", "before"):
        return _down_payment(figure)
    if figure.kind is QuantityKind.AMOUNT and not figure.ends("income"):
        if figure.value <= _MOST_MONTHLY and _is_for_a_month(figure, context):
            return Finding("monthly_budget", figure.value, figure.start, figure.end)
        if context.plain_is_down_payment and re.search(
            r"\b(con|with|dejando|si tengo)\s+(unos\s+|los\s+)?$", figure.before
        ):
            return _down_payment(figure)
    return _down_payment(figure) if context.asked_down_payment else None


def _is_for_a_month(figure: Figure, context: FigureContext) -> bool:
    pays = re.search(r"\b(pagar|pago|pagando|pay|alcanza)\b", figure.before)
    return bool(figure.ends("monthly", "before")) or (context.credit and bool(pays))


def _monthly(figure: Figure) -> Finding | None:
    if figure.ends("income"):
        return None
    value = figure.value * _THOUSAND if figure.value < 100 else figure.value
    return Finding("monthly_budget", value, figure.start, figure.end)


def _down_payment(figure: Figure) -> Finding | None:
    """ "60 de enganche" are 60,000 pesos."""
    value = figure.value
    if figure.kind is QuantityKind.NUMBER and value < 10 and value != 0:
        return None
    return Finding("down_payment", value * _THOUSAND if 0 < value < 1000 else value, figure.start, figure.end)


def _percent(figure: Figure) -> Iterator[Finding]:
    is_rate = pattern("amounts", "rate_near").search(figure.before[-24:] + " " + figure.after[:16])
    is_down = figure.starts("down_payment", "after") or figure.ends("down_payment", "before")
    if (is_down or not is_rate) and 0 <= figure.value <= 100:
        yield Finding("down_payment_percent", figure.value, figure.start, figure.end)


def _kilometres(figure: Figure) -> Iterator[Finding]:
    """The catalogue is searched by a limit only: "más de 60 mil km" says nothing."""
    if figure.ends("max_before") or not figure.ends("min_before"):
        yield Finding("km_max", int(figure.value), figure.start, figure.end)
