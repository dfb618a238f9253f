"""The lines of the scorecard: one promise, what was measured, the mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`value` against `mark`. A row without a mark is told for its own sake."""

    name: str
    what: str
    value: float
    mark: str
    passed: bool
    timed: bool = False
    """It says how fast the machine is too: on a busy one a miss says little."""
    detail: str = ""


def zero(name: str, what: str, value: float, detail: str = "") -> Row:
    return Row(name, what, value, "0", value == 0, detail=detail)


def at_most(name: str, what: str, value: float, mark: float, detail: str = "", *, timed: bool = False) -> Row:
    return Row(name, what, round(value, 2), f"≤ {mark:g}", value <= mark, timed, detail)


def at_least(name: str, what: str, value: float, mark: float, detail: str = "", *, timed: bool = False) -> Row:
    return Row(name, what, round(value, 4), f"≥ {mark:g}", value >= mark, timed, detail)


def told(name: str, what: str, value: float, detail: str = "") -> Row:
    return Row(name, what, round(value, 2), "", passed=True, detail=detail)


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
