"""Turns as somebody may read them who need not know who the customer is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot_core.redaction import redact
from bot_core.store.records import Conversation, ConversationLog

_IDS = {
    "conversation_id",
    "tracking_id",
    "message_id",
    "release_id",
    "prompt_id",
    "prompt_hash",
    "stock_id",
    "branch_id",
}
_PLACES = {"branch_id", "city"}
_TIMES = {"created_at", "sent_at", "started_at"}
_PARTS = {"kind", "role", "agent", "purpose", "model", "rule", "action", "error"}
_KEPT = frozenset(_IDS | _PLACES | _TIMES | _PARTS)
"""Ids, times and names of parts: their digits are nobody's."""
_NAMES = frozenset({"profile_name", "customer_name"})


def redacted_turns(turns: Sequence[ConversationLog], names: Iterable[str] = ()) -> tuple[ConversationLog, ...]:
    """The turns with placeholders for personal data in everything that was said, sent and found. `names` are the
    customer's that are known from elsewhere; those in the turns are found here."""
    raw = [turn.model_dump(mode="json") for turn in turns]
    known = tuple(sorted({*names, *(name for turn in raw for name in _names(turn))}))
    return tuple(ConversationLog.model_validate(_relocated(_redacted(turn, known))) for turn in raw)


def names_of(conversation: Conversation, turns: Sequence[ConversationLog]) -> tuple[str, ...]:
    """What the customer is called, the name of WhatsApp first."""
    state = conversation.state
    told = (state.profile.name, state.lead.customer_name if state.lead else None)
    given = (message.profile_name for turn in turns for message in turn.messages)
    return tuple(dict.fromkeys(name for name in (*given, *told) if name))


def names_in(turns: Sequence[ConversationLog]) -> tuple[str, ...]:
    """What customers are called in the turns: by WhatsApp, by themselves, in what was recorded for them."""
    said: Any = {"messages": True, "trace": {"intention", "facts"}}
    found = (name for turn in turns for name in _names(turn.model_dump(mode="json", include=said)))
    return tuple(dict.fromkeys(found))


def redacted(text: str, *names: str) -> str:
    return redact(text, names=[name for name in names if name])


def _relocated(turn: dict[str, Any]) -> dict[str, Any]:
    """A placeholder is shorter or longer than what it stands for: findings point at their excerpt's new place."""
    for outcome in turn["trace"]["guardrails"]:
        for finding in outcome["findings"]:
            start = max(outcome["draft"].find(finding["excerpt"]), 0)
            finding |= {"start": start, "end": start + len(finding["excerpt"])}
    return turn


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _NAMES and isinstance(inner, str) and inner:
                yield inner
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _redacted(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {key: inner if key in _KEPT else _redacted(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner, names) for inner in value]
    return redact(value, names=names) if isinstance(value, str) else value
