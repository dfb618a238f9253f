"""Prices and years as limits: "no más de 280", "entre 180 y 220", "del 2018 pa arriba"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from bot_core.offline.findings import Finding
from bot_core.offline.lexicon import pattern
from bot_core.offline.surroundings import Figure
from bot_core.quantities.quantity import QuantityKind

_ROUND_ABOUT = Decimal("0.10")
"""Of the amount, to both sides: "unos 200" is 180 to 220."""
_LEAST_PRICE = 10_000
"""MXN; no car is wished for less."""


def read_prices(figures: Sequence[Figure]) -> Iterator[Finding]:
    return _in_pairs(figures, _price)


def read_years(figures: Sequence[Figure]) -> Iterator[Finding]:
    return _in_pairs(figures, _year)


def _in_pairs(figures: Sequence[Figure], read_alone: Callable[[Figure], Iterator[Finding]]) -> Iterator[Finding]:
    """Two linked numbers are a range; the others are read one by one."""
    index = 0
    while index < len(figures):
        left = figures[index]
        right = figures[index + 1] if index + 1 < len(figures) else None
        if right and _is_range(left, right):
            while index + 2 < len(figures) and _is_range(right, figures[index + 2]):
                index += 1
                right = figures[index + 1]
            low, high = sorted((left.value, right.value))
            names = ("year_min", "year_max") if left.kind is QuantityKind.YEAR else ("price_min", "price_max")
            whole = int if left.kind is QuantityKind.YEAR else Decimal
            yield Finding(names[0], whole(low), left.start, right.end)
            yield Finding(names[1], whole(high), left.start, right.end)
            index += 2
        else:
            yield from read_alone(left)
            index += 1


def _is_range(left: Figure, right: Figure) -> bool:
    link = left.link
    if not link or left.kind is not right.kind:
        return False
    if link == "," and left.kind is QuantityKind.YEAR:
        return True
    if not pattern("amounts", "range_link").fullmatch(link) and link not in "-–—/":
        return False
    opened = bool(re.search(r"\b(entre|between|rango)\b", left.before)) or left.kind is QuantityKind.YEAR
    return opened or link.split()[0] not in ("y", "and")


def _price(figure: Figure) -> Iterator[Finding]:
    value, start, end = figure.value, figure.start, figure.end
    if value < _LEAST_PRICE:
        return
    side = _side(figure)
    if side == "about":
        yield Finding("price_min", value * (1 - _ROUND_ABOUT), start, end)
        yield Finding("price_max", value * (1 + _ROUND_ABOUT), start, end)
    else:
        yield Finding("price_min" if side == "min" else "price_max", value, start, end)


def _side(figure: Figure) -> str:
    if figure.starts("min_after") or figure.ends("not_less"):
        return "min"
    if figure.starts("max_after"):
        return "max"
    if figure.starts("about_after"):
        return "about"
    nearest = {name: place for name in ("max", "min", "about") if (place := figure.ends(f"{name}_before"))}
    if "max" in nearest and ("min" not in nearest or nearest["max"] <= nearest["min"]):
        return "about" if nearest.get("about", 0) > nearest["max"] and "con" in figure.before.split() else "max"
    if "min" in nearest:
        return "min"
    return "about" if "about" in nearest else "max"


def _year(figure: Figure) -> Iterator[Finding]:
    year, start, end = int(figure.value), figure.start, figure.end
    if figure.starts("years", "min_after"):
        yield Finding("year_min", year, start, end)
    elif figure.starts("years", "max_after"):
        yield Finding("year_max", year, start, end)
    elif figure.ends("years", "above"):
        yield Finding("year_min", year + 1, start, end)
    elif figure.ends("years", "below"):
        yield Finding("year_max", year - 1, start, end)
    elif figure.ends("years", "min_before"):
        yield Finding("year_min", year, start, end)
    elif figure.ends("years", "max_before"):
        yield Finding("year_max", year, start, end)
    else:
        yield Finding("year_min", year, start, end)
        yield Finding("year_max", year, start, end)
