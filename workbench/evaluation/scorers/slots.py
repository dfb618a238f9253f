"""The details of a message: each expected one is found among the turn's wishes, each forbidden one is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot_core.intents import IntentDetail
from bot_core.normalization import fold
from workbench.evaluation.reference.cars import key
from workbench.evaluation.scorers.base import Check, Played, ScoringContext, check

_CONTAINED = frozenset({"city", "branch", "day", "customer_name", "color", "fuel", "version"})


def slots(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        if turn.expect.slots is None:
            continue
        intention = turn.record.trace.intention
        details = intention.intents if intention else []
        for name, wanted in turn.expect.slots.given().items():
            found = _values(name, details)
            yield check(
                turn, _holds(name, wanted, found, details), f"{name}: expected {_said(wanted)}, got {_list(found)}"
            )


def _values(name: str, details: Sequence[IntentDetail]) -> list[Any]:
    """What the turn's wishes say about `name`, absent values left out."""
    match name:
        case "reference":
            values: list[Any] = [detail.reference.kind for detail in details if detail.reference]
        case "position":
            values = [detail.reference.position for detail in details if detail.reference]
        case "features" | "cleared":
            values = [value for detail in details for value in getattr(detail, name)]
        case _:
            values = [getattr(detail, name) for detail in details]
    return [value for value in values if value is not None and value is not False]


def _holds(name: str, wanted: Any, found: list[Any], details: Sequence[IntentDetail]) -> bool:
    if wanted is None or wanted is False:
        return not found
    if name in ("features", "cleared"):
        return set(wanted) <= set(found)
    if name == "make" and not found:
        # A model's name says its make.
        return any(detail.model for detail in details)
    return any(_same(name, wanted, value) for value in found)


def _same(name: str, wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool | StrEnum):
        return bool(wanted == value)
    if isinstance(wanted, int | Decimal):
        return Decimal(value) == Decimal(wanted)
    if name in _CONTAINED:
        return fold(wanted) in fold(value)
    return key(wanted) == key(value) or key(value).endswith(key(wanted))


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _list(values: list[Any]) -> str:
    return ", ".join(map(str, values)) or "nothing"
