"""Stored turns, opinions and leads as flat rows, and as Arrow tables: the fast way into DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pyarrow as pa

MEXICO_CITY = ZoneInfo("America/Mexico_City")


@dataclass(frozen=True, slots=True)
class CallRow:
    """One model call of a turn."""

    agent: str
    purpose: str
    model: str
    input_tokens: int
    output_tokens: int
    usd: float
    seconds: float
    fallback: bool
    failed_attempts: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the bot could not give in a turn."""

    reason: str
    """"out_of_scope", "clarification", "no_knowledge", "no_branch", "no_cars", "absent_car", "unknown_fact",
    "media", "lead_failed"."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TurnRow:
    tracking_id: str
    conversation_id: str
    position: int
    channel: str
    customer_key: str
    release_id: str
    at: datetime
    """Aware."""
    seconds: float
    model_seconds: float
    """Wall time during which at least one model call was under way."""
    said: str
    """All messages of the turn."""
    replied: str
    folded: str
    """What is searched: customer's and bot's words, without accents."""
    shown: str | None = None
    """The same without personal data; None when there is none in it."""
    name: str = ""
    """The customer's, as far as it is known."""
    intents: tuple[str, ...] = ()
    confidence: float | None = None
    """The lowest of its intents'."""
    findings: tuple[str, ...] = ()
    """Rules that the guardrails found broken."""
    gaps: tuple[Gap, ...] = ()
    mood: float | None = None
    """-1 to 1; None for a turn without words."""
    calls: tuple[CallRow, ...] = ()


@dataclass(frozen=True, slots=True)
class OpinionRow:
    tracking_id: str
    source: str
    up: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class LeadRow:
    reference: str
    tracking_id: str
    conversation_id: str
    kind: str
    at: datetime


def utc(moment: datetime) -> datetime:
    """As the tables keep it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def mexico(moment: datetime) -> datetime:
    """The clock on the wall in Mexico City, by which hours and days are counted."""
    return moment.astimezone(MEXICO_CITY).replace(tzinfo=None)


def turns_table(rows: Sequence[TurnRow]) -> pa.Table:
    """In the order of the columns of `turns`."""
    words, number, moment = _types()
    import pyarrow as pa

    return _table(
        ("tracking_id", words, [row.tracking_id for row in rows]),
        ("conversation_id", words, [row.conversation_id for row in rows]),
        ("position", pa.int32(), [row.position for row in rows]),
        ("channel", words, [row.channel for row in rows]),
        ("customer_key", words, [row.customer_key for row in rows]),
        ("release_id", words, [row.release_id for row in rows]),
        ("moment", moment, [utc(row.at) for row in rows]),
        ("wall", moment, [mexico(row.at) for row in rows]),
        ("seconds", number, [row.seconds for row in rows]),
        ("model_seconds", number, [row.model_seconds for row in rows]),
        ("said", words, [row.said for row in rows]),
        ("replied", words, [row.replied for row in rows]),
        ("folded", words, [row.folded for row in rows]),
        ("shown", words, [row.shown for row in rows]),
        ("name", words, [row.name for row in rows]),
        ("intents", pa.list_(words), [list(row.intents) for row in rows]),
        ("confidence", number, [row.confidence for row in rows]),
        ("findings", pa.list_(words), [list(row.findings) for row in rows]),
        ("gaps", pa.list_(words), [[gap.reason for gap in row.gaps] for row in rows]),
        ("mood", number, [row.mood for row in rows]),
        ("input_tokens", pa.int64(), [sum(call.input_tokens for call in row.calls) for row in rows]),
        ("output_tokens", pa.int64(), [sum(call.output_tokens for call in row.calls) for row in rows]),
        ("usd", number, [sum(call.usd for call in row.calls) for row in rows]),
        ("fallback", pa.bool_(), [any(call.fallback for call in row.calls) for row in rows]),
        ("failed", pa.bool_(), [any(call.failed_attempts for call in row.calls) for row in rows]),
    )


def calls_table(turns: Sequence[TurnRow]) -> pa.Table:
    rows = [(turn, call) for turn in turns for call in turn.calls]
    words, number, moment = _types()
    import pyarrow as pa

    return _table(
        ("tracking_id", words, [turn.tracking_id for turn, _ in rows]),
        ("moment", moment, [utc(turn.at) for turn, _ in rows]),
        ("channel", words, [turn.channel for turn, _ in rows]),
        ("release_id", words, [turn.release_id for turn, _ in rows]),
        ("agent", words, [call.agent for _, call in rows]),
        ("purpose", words, [call.purpose for _, call in rows]),
        ("model", words, [call.model for _, call in rows]),
        ("input_tokens", pa.int64(), [call.input_tokens for _, call in rows]),
        ("output_tokens", pa.int64(), [call.output_tokens for _, call in rows]),
        ("usd", number, [call.usd for _, call in rows]),
        ("seconds", number, [call.seconds for _, call in rows]),
        ("fallback", pa.bool_(), [call.fallback for _, call in rows]),
        ("failed_attempts", pa.int32(), [call.failed_attempts for _, call in rows]),
    )


def gaps_table(turns: Sequence[TurnRow]) -> pa.Table:
    rows = [(turn, gap) for turn in turns for gap in turn.gaps]
    words, _, moment = _types()
    return _table(
        ("tracking_id", words, [turn.tracking_id for turn, _ in rows]),
        ("moment", moment, [utc(turn.at) for turn, _ in rows]),
        ("channel", words, [turn.channel for turn, _ in rows]),
        ("reason", words, [gap.reason for _, gap in rows]),
        ("detail", words, [gap.detail for _, gap in rows]),
    )


def opinions_table(rows: Sequence[OpinionRow]) -> pa.Table:
    words, _, moment = _types()
    import pyarrow as pa

    return _table(
        ("tracking_id", words, [row.tracking_id for row in rows]),
        ("source", words, [row.source for row in rows]),
        ("up", pa.bool_(), [row.up for row in rows]),
        ("moment", moment, [utc(row.at) for row in rows]),
    )


def leads_table(rows: Sequence[LeadRow]) -> pa.Table:
    words, _, moment = _types()
    return _table(
        ("reference", words, [row.reference for row in rows]),
        ("tracking_id", words, [row.tracking_id for row in rows]),
        ("conversation_id", words, [row.conversation_id for row in rows]),
        ("kind", words, [row.kind for row in rows]),
        ("moment", moment, [utc(row.at) for row in rows]),
    )


def ids_table(tracking_ids: Sequence[str]) -> pa.Table:
    return _table(("tracking_id", _types()[0], list(tracking_ids)))


def _types() -> tuple[Any, Any, Any]:
    """Words, numbers and moments."""
    import pyarrow as pa

    return pa.string(), pa.float64(), pa.timestamp("us")


def _table(*columns: tuple[str, Any, list[Any]]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(values, kind) for name, kind, values in columns})
