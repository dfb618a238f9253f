"""From the numbers of a message to price, distance, year, down payment, term and monthly budget, by the words around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from bot_core.offline.findings import Finding, overlaps
from bot_core.offline.lexicon import lexicon_file, pattern
from bot_core.offline.reading import Reading
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import Quantity, QuantityKind

_BEFORE, _AFTER = 48, 36
"""Characters around a number in which its words are looked for."""
_ROUND_ABOUT = Decimal("0.10")
"""Of the amount, to both sides: "unos 200" is 180 to 220."""
_LEAST_PRICE = 10_000
_MOST_MONTHLY = 25_000
"""MXN; above it "puedo pagar 200 mil" speaks of the price."""
_THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at `start:end` of the mended text with the words next to it."""

    kind: QuantityKind
    value: Decimal
    start: int
    end: int
    before: str
    after: str
    link: str
    """What stands between this number and the next, when that is near; else empty."""


def figures_in(reading: Reading, names: Sequence[tuple[int, int]]) -> tuple[Figure, ...]:
    """Numbers outside of `names` (cars' names in the mended text), with their surroundings up to the next number."""
    found = [
        (quantity, reading.to_mended(quantity.start), reading.to_mended(quantity.end))
        for quantity in find_quantities(reading.text)
    ]
    found = [item for item in found if not overlaps(names, item[1], item[2])]
    return tuple(_figure(reading.mended, found, place) for place in range(len(found)))


def _figure(text: str, found: Sequence[tuple[Quantity, int, int]], place: int) -> Figure:
    quantity, start, end = found[place]
    floor = found[place - 1][2] if place else 0
    ceiling = found[place + 1][1] if place + 1 < len(found) else len(text)
    return Figure(
        kind=quantity.kind,
        value=quantity.value,
        start=start,
        end=end,
        before=text[max(floor, start - _BEFORE) : start],
        after=text[end : min(ceiling, end + _AFTER)],
        link=text[end:ceiling].strip() if ceiling < len(text) and ceiling - end <= 14 else "",
    )


def read_figures(
    figures: Sequence[Figure],
    text: str,
    now: datetime,
    *,
    credit: bool,
    plain_is_down_payment: bool,
    asked_down_payment: bool,
) -> Iterator[Finding]:
    """`credit`: the message speaks of monthly payments. `plain_is_down_payment`: "con 80 mil" is one, not a price.
    `asked_down_payment`: the bot has just asked for it, so any amount is one."""
    prices: list[Figure] = []
    years: list[Figure] = []
    for figure in figures:
        match figure.kind:
            case QuantityKind.YEAR:
                years.append(figure)
            case QuantityKind.KILOMETRES:
                yield from _kilometres(figure)
            case QuantityKind.TERM:
                yield Finding("term_months", int(figure.value), figure.start, figure.end)
            case QuantityKind.PERCENT:
                yield from _percent(figure)
            case QuantityKind.AMOUNT | QuantityKind.NUMBER:
                finding = _payment(figure, credit=credit, plain_is_down_payment=plain_is_down_payment)
                finding = finding or (_down_payment(figure) if asked_down_payment else None)
                if finding:
                    yield finding
                elif finding is None and figure.kind is QuantityKind.AMOUNT and not _ends(figure.before, "income"):
                    prices.append(figure)
    yield from _in_pairs(prices, _price)
    yield from _in_pairs(years, _year)
    yield from _phrases(text, now)


def _phrases(text: str, now: datetime) -> Iterator[Finding]:
    if match := pattern("amounts", "no_down_payment").search(text):
        yield Finding("down_payment", Decimal(0), match.start(), match.end())
    elif match := pattern("amounts", "half").search(text):
        yield Finding("down_payment_percent", Decimal(50), match.start(), match.end())
    for match in pattern("amounts", "age").finditer(text):
        if match.group(2) and _ends(text[max(0, match.start() - _BEFORE) : match.start()], "max_before"):
            yield Finding("year_min", now.year - int(match.group(1)), match.start(), match.end())


def _payment(figure: Figure, *, credit: bool, plain_is_down_payment: bool) -> Finding | None:
    """A down payment or a monthly amount, when the words beside the number say so."""
    value = figure.value
    if _starts(figure.after, "down_payment", "after"):
        return _down_payment(figure)
    if _starts(figure.after, "fortnightly"):
        return Finding("monthly_budget", value * 2, figure.start, figure.end)
    if _starts(figure.after, "monthly", "after") or _is_monthly_unit(figure):
        return _monthly(figure)
    if _ends(figure.before, "down_payment", "before"):
        return _down_payment(figure)
    if figure.kind is not QuantityKind.AMOUNT or _ends(figure.before, "income"):
        return None
    if _ends(figure.before, "monthly", "before") and value <= _MOST_MONTHLY:
        return Finding("monthly_budget", value, figure.start, figure.end)
    if credit and value <= _MOST_MONTHLY and re.search(r"\b(pagar|pago|pagando|pay|alcanza)\b", figure.before):
        return Finding("monthly_budget", value, figure.start, figure.end)
    if plain_is_down_payment and re.search(r"\b(con|with|dejando|si tengo)\s+(unos\s+|los\s+)?$", figure.before):
        return _down_payment(figure)
    return None


def _is_monthly_unit(figure: Figure) -> bool:
    return figure.kind is QuantityKind.AMOUNT and bool(re.match(r"\W*(mensualidad|al mes)", figure.after))


def _monthly(figure: Figure) -> Finding | None:
    if _ends(figure.before, "income"):
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
    is_down = _starts(figure.after, "down_payment", "after") or _ends(figure.before, "down_payment", "before")
    if (is_down or not is_rate) and 0 <= figure.value <= 100:
        yield Finding("down_payment_percent", figure.value, figure.start, figure.end)


def _kilometres(figure: Figure) -> Iterator[Finding]:
    """The catalogue is searched by a limit only: "más de 60 mil km" says nothing."""
    if _ends(figure.before, "max_before") or not _ends(figure.before, "min_before"):
        yield Finding("km_max", int(figure.value), figure.start, figure.end)


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
    if _starts(figure.after, "min_after") or _ends(figure.before, "not_less"):
        return "min"
    if _starts(figure.after, "max_after"):
        return "max"
    if _starts(figure.after, "about_after"):
        return "about"
    nearest = {name: place for name in ("max", "min", "about") if (place := _ends(figure.before, f"{name}_before"))}
    if "max" in nearest and ("min" not in nearest or nearest["max"] <= nearest["min"]):
        return "about" if nearest.get("about", 0) > nearest["max"] and "con" in figure.before.split() else "max"
    if "min" in nearest:
        return "min"
    return "about" if "about" in nearest else "max"


def _year(figure: Figure) -> Iterator[Finding]:
    year, start, end = int(figure.value), figure.start, figure.end
    if _starts(figure.after, "years", "min_after"):
        yield Finding("year_min", year, start, end)
    elif _starts(figure.after, "years", "max_after"):
        yield Finding("year_max", year, start, end)
    elif _ends(figure.before, "years", "above"):
        yield Finding("year_min", year + 1, start, end)
    elif _ends(figure.before, "years", "below"):
        yield Finding("year_max", year - 1, start, end)
    elif _ends(figure.before, "years", "min_before"):
        yield Finding("year_min", year, start, end)
    elif _ends(figure.before, "years", "max_before"):
        yield Finding("year_max", year, start, end)
    else:
        yield Finding("year_min", year, start, end)
        yield Finding("year_max", year, start, end)


def _starts(after: str, *path: str) -> bool:
    return bool(_opening(path).match(after))


def _ends(before: str, *path: str) -> int:
    """Where in `before` (1 or more) the words at `path` begin that lead up to the number, over fillers; 0 when none do."""
    match = _closing(path).search(before)
    return match.start() + 1 if match else 0


@lru_cache
def _opening(path: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"[^\w\n?]*" + pattern("amounts", *path).pattern)


@lru_cache
def _closing(path: tuple[str, ...]) -> re.Pattern[str]:
    fillers = "|".join(lexicon_file("amounts")["fillers"].strip().replace(" ", r"\s+").splitlines())
    return re.compile(pattern("amounts", *path).pattern + rf"(?:[\s,]+(?:{fillers})|\s*[:=$]){{0,4}}\s*$")
