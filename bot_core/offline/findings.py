"""What the readers of slots hand to the understanding: a slot's value and where in the message it was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SEARCH_SLOTS = frozenset(
    {
        "year_min",
        "year_max",
        "price_min",
        "price_max",
        "km_max",
        "transmission",
        "body_type",
        "features",
        "color",
        "fuel",
    }
    | {"sort", "cleared"}
)
CAR_SLOTS = frozenset({"make", "model", "version"})
FINANCING_SLOTS = frozenset({"down_payment", "down_payment_percent", "term_months", "monthly_budget"})
LISTS = frozenset({"features", "cleared"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of a slot of IntentDetail, said at `start:end` of the mended text."""

    slot: str
    value: Any
    start: int
    end: int


def slot_values(findings: Iterable[Finding]) -> dict[str, Any]:
    """Keyword arguments for an IntentDetail: lists are joined, of the others the first said wins."""
    values: dict[str, Any] = {}
    for finding in findings:
        if finding.slot in LISTS:
            said = values.setdefault(finding.slot, [])
            said.append(finding.value) if finding.value not in said else None
        else:
            values.setdefault(finding.slot, finding.value)
    return values


def overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in spans)
