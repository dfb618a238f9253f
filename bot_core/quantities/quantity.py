"""A number with its meaning, found in text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class QuantityKind(StrEnum):
    AMOUNT = "amount"
    """MXN"""
    KILOMETRES = "kilometres"
    YEAR = "year"
    TERM = "term"
    """Months; "4 años" of credit is 48."""
    PERCENT = "percent"
    HOUR = "hour"
    """Time of day, hours as a decimal: 9:30 is 9.5."""
    NUMBER = "number"
    """A bare number whose meaning the words around it do not tell."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in the kind's unit; `start:end` are offsets in the text as received."""

    kind: QuantityKind
    value: Decimal
    start: int
    end: int
    text: str
