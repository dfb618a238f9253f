"""Every amount, distance, year, term, percentage and hour of a text, in Spanish or English."""

from __future__ import annotations

from bot_core.quantities.context import read_context
from bot_core.quantities.magnitudes import Magnitude, magnitude_at
from bot_core.quantities.quantity import Quantity, QuantityKind
from bot_core.quantities.ranges import share_units
from bot_core.quantities.tokens import Token, tokenise
from bot_core.quantities.units import read_unit

_DIGITS_ONLY = frozenset({QuantityKind.YEAR, QuantityKind.NUMBER})
"""Their span is the number alone, so that it can lie inside a car's name."""


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Numbers of `text` with their meaning, in order and without overlaps; offsets are those of `text` as received.

    Dates, phone numbers, links and names with digits ("CX-5", "KV-7F3A9C") give none. Never raises.
    """
    tokens = tokenise(text)
    numbers = _numbers(tokens)
    share_units(tokens, numbers)
    read_context(tokens, numbers)
    return tuple(_quantity(text, tokens, number) for number in numbers)


def _numbers(tokens: list[Token]) -> list[Magnitude]:
    """Numbers with the units that stand beside them; what one has taken is not read again."""
    numbers: list[Magnitude] = []
    index = 0
    while index < len(tokens):
        number = magnitude_at(tokens, index)
        if number is None:
            index += 1
            continue
        read_unit(tokens, number, numbers[-1].last if numbers else 0)
        numbers.append(number)
        index = number.last
    return numbers


def _quantity(text: str, tokens: list[Token], number: Magnitude) -> Quantity:
    kind = number.kind or QuantityKind.NUMBER
    first, last = number.first, number.last
    if kind in _DIGITS_ONLY:
        first, last = number.number_first, number.number_last
    start, end = tokens[first].start, tokens[last - 1].end
    return Quantity(kind=kind, value=number.value, start=start, end=end, text=text[start:end])
