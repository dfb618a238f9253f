"""The findings as JSON values: the same shape as the dataclasses."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel

from workbench.evaluation.findings.records import Findings

_DIGITS = 10
"""Significant ones: those behind them are rounding, and differ between machines."""
TRANSCRIPTS = frozenset({"played_conversations"})


def as_data(findings: Findings, *, transcripts: bool = True) -> dict[str, Any]:
    """Without `transcripts`, conversations are only named by their keys, and flips hold no texts."""
    left_out = frozenset() if transcripts else TRANSCRIPTS | {"a", "b"}
    data: dict[str, Any] = _plain(findings, left_out)
    return data


def _plain(value: Any, left_out: frozenset[str]) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        shown = [field.name for field in fields(value) if not _hidden(field.name, getattr(value, field.name), left_out)]
        return {name: _plain(getattr(value, name), left_out) for name in shown}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {str(key): _plain(item, left_out) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, left_out) for item in value]
    return value


def _hidden(name: str, value: Any, left_out: frozenset[str]) -> bool:
    """`a` and `b` are conversations in a flip, and numbers or prompt versions elsewhere."""
    return name in left_out and (name in TRANSCRIPTS or is_dataclass(value))
