"""Numbers that stand together share what one of them says: "entre 180 y 220 mil", "36, 48 o 60 meses"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from bot_core.quantities.magnitudes import Form, Magnitude
from bot_core.quantities.quantity import QuantityKind
from bot_core.quantities.tokens import Token
from bot_core.quantities.units import hour_of_day
from bot_core.quantities.vocabulary import vocabulary

STANDARD_TERMS = frozenset(map(Decimal, (12, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72, 84)))
_LINKS = frozenset({"a", "al", "o", "u", "-", "–", "/", "hasta", "to", "or", "ó"})
_LOOSE_LINKS = frozenset({"y", "e", "and", ",", "&"})
"""These join two wishes as often as two ends of a range."""
_BETWEEN = frozenset({"entre", "between", "de", "del", "from"})
_FARTHEST_SCALE = 10
""" "mazda 3 o 250 mil" are no 3,000."""
_FARTHEST = 5
"""Two ends of a range differ by at most this factor when a loose word joins them."""


def share_units(tokens: Sequence[Token], numbers: Sequence[Magnitude]) -> None:
    """Right to left a missing scale and unit, then left to right a currency, a year or a term."""
    pairs = list(_pairs(tokens, numbers))
    for left, right, is_loose in reversed(pairs):
        _from_the_right(tokens, left, right, is_loose)
    for left, right, _ in pairs:
        _from_the_left(left, right)


def is_span(tokens: Sequence[Token], left: Magnitude, right: Magnitude) -> bool:
    """ "150-200", "150 a 200": two ends of one range. With a long dash it may be an address ("Quiroga 200–400")."""
    return _link(tokens, left, right) in ("a", "-", "to", "hasta") and left.value < right.value


def are_linked(tokens: Sequence[Token], left: Magnitude, right: Magnitude) -> bool:
    """Joined by one word or sign of a range or list."""
    return _link(tokens, left, right) is not None


def _pairs(tokens: Sequence[Token], numbers: Sequence[Magnitude]) -> Iterator[tuple[Magnitude, Magnitude, bool]]:
    for left, right in pairwise(numbers):
        link = _link(tokens, left, right)
        if link is not None:
            yield left, right, link in _LOOSE_LINKS


def _link(tokens: Sequence[Token], left: Magnitude, right: Magnitude) -> str | None:
    between = [token.text for token in tokens[left.last : right.first]]
    if between[:1] == [","] and between[1:2] and between[1] in ("y", "o", "and", "or"):
        between = between[1:]  # "36, 48, y 60"
    if len(between) == 2 and between[1] in ("los", "las", "el", "unos"):
        between = between[:1]
    if len(between) != 1 or between[0] not in _LINKS | _LOOSE_LINKS:
        return None
    return between[0]


def _from_the_right(tokens: Sequence[Token], left: Magnitude, right: Magnitude, is_loose: bool) -> None:
    if is_loose and not _is_a_range(tokens, left, right):
        return
    if right.scale != 1 and left.is_bare and left.kind in (None, QuantityKind.AMOUNT):
        scale = _shared_scale(left, right)
        left.value *= scale
        left.scale = scale
    if left.kind is not None or right.kind is None or _is_beside_a_year(left, right):
        return
    if right.kind is QuantityKind.HOUR:
        _share_hour(tokens, left, right)
    elif right.kind is QuantityKind.TERM:
        if left.is_bare and 0 < left.value <= right.value:
            left.value *= _months_in_unit(tokens, right)
            left.kind = QuantityKind.TERM
    elif left.value <= right.value and not (right.kind is QuantityKind.PERCENT and left.value > 100):
        left.kind = right.kind


def _is_beside_a_year(number: Magnitude, other: Magnitude) -> bool:
    """ "2019 - $215,999": a year and a price are no range."""
    return number.is_bare and number.digits == 4 and 1950 <= number.value < 2040 and other.value >= 10_000


def _is_a_range(tokens: Sequence[Token], left: Magnitude, right: Magnitude) -> bool:
    before = tokens[left.first - 1].text if left.first else ""
    if before in _BETWEEN and left.value <= max(right.value, right.value / right.scale):
        return True
    if right.kind is QuantityKind.TERM:
        return left.value in STANDARD_TERMS
    unscaled = right.value / right.scale
    return left.is_bare and left.digits != 1 and unscaled / _FARTHEST <= left.value <= unscaled


def _shared_scale(left: Magnitude, right: Magnitude) -> Decimal:
    unscaled = right.value / right.scale
    if left.value <= unscaled or right.scale == 1000:
        return right.scale if unscaled / _FARTHEST_SCALE <= left.value < 1000 else Decimal(1)
    return Decimal(1000) if 100 <= left.value < 1000 else Decimal(1)


def _months_in_unit(tokens: Sequence[Token], right: Magnitude) -> int:
    unit = tokens[right.number_last : right.last]
    is_years = any(vocabulary().units["years"].starting_at(unit, place) for place in range(len(unit)))
    return 12 if is_years else 1


def _share_hour(tokens: Sequence[Token], left: Magnitude, right: Magnitude) -> None:
    if not (left.is_bare and left.value <= 24):
        return
    said = tokens[right.number_first].text
    spoken = Decimal(said) if said.isdecimal() else right.value
    afternoon = right.value > 12 and spoken <= 12 and left.value < spoken  # "de 4 a 6 pm"
    left.value = hour_of_day(left.value, "afternoon") if afternoon else left.value
    left.kind = QuantityKind.HOUR


def _from_the_left(left: Magnitude, right: Magnitude) -> None:
    if right.kind is not None or _is_beside_a_year(right, left):
        return
    if left.kind is QuantityKind.AMOUNT and right.form is not Form.CLOCK and right.value >= 100:
        if right.is_bare and left.scale == 1000 and right.value < 1000:
            right.value *= 1000
            right.scale = Decimal(1000)
        right.kind = QuantityKind.AMOUNT
    elif left.kind is QuantityKind.TERM and right.is_bare and right.value in STANDARD_TERMS:
        right.kind = QuantityKind.TERM
