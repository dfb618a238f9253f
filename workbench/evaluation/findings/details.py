"""A detail that was understood, as people say it: "cheapest" → "más barato", "ordinal 3" → "el número 3"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot_core.intents import ReferenceKind
from bot_core.money import format_mxn
from workbench.evaluation.findings.labels import label
from workbench.texts.texts import section

_AMOUNTS = frozenset({"price_min", "price_max", "down_payment", "monthly_budget"})
_LAST = "-1"
_ANSWERS = frozenset({"yes", "no"})


def detail_text(value: Any) -> str:
    """The value as findings keep it, in the code's own names: `{"kind": "ordinal", "position": 3}` → `"ordinal 3"`."""
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part is not None)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def detail_said(name: str, value: str) -> str:
    """What `detail_text` wrote of the detail `name`, in the language that is read; what a customer said stays.

    >>> detail_said("sort", "cheapest")
    'más barato'
    """
    if name in _AMOUNTS:
        return amount_said(value)
    if name == "km_max" and value.isdecimal():
        return f"{int(value):,} km"
    if name == "reference":
        return _reference(value)
    return ", ".join(label("details", part) if name == "cleared" else _worded(part) for part in value.split(", "))


def amount_said(value: str) -> str:
    """`"250000"` → `"$250,000"`; what is no number stays."""
    try:
        return format_mxn(Decimal(value))
    except InvalidOperation:
        return value


def _reference(value: str) -> str:
    """Only an ordinal has a position; one that a model gave another kind is shown, since it may be what differs."""
    kind, _, position = value.partition(" ")
    if kind == ReferenceKind.ORDINAL and position:
        return section("values")["last"] if position == _LAST else f"{_worded(kind)} {position}"
    return f"{_worded(kind)} ({position})" if position else _worded(kind)


def _worded(value: str) -> str:
    return label("answers", value) if value in _ANSWERS else section("values").get(value, value)
