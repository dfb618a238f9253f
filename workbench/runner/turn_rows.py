"""A stored turn as the row that search and monitoring read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot_core.intents import UNSAFE, Intent
from bot_core.messages import InboundMessage
from bot_core.normalization import fold
from bot_core.store.activity import LoggedTurn
from bot_core.trace import ModelCall, TurnTrace
from workbench.evaluation.sentiment.reading import mood_of
from workbench.runner.privacy import redacted
from workbench.storage.activity.rows import CallRow, Gap, TurnRow

_SUBJECTS = frozenset({"out_of_scope", "clarification", "media"})
"""Subjects of a boundary that leave the customer without an answer."""


def turn_row(logged: LoggedTurn) -> TurnRow:
    turn, trace = logged.turn, logged.turn.trace
    said = said_by_customer(turn.messages)
    name = _name(turn.messages, trace)
    words = f"{said}\n{turn.reply.text}"
    details = trace.intention.intents if trace.intention else []
    typed = "\n".join(message.text for message in turn.messages if message.text and not message.button_payload)
    return TurnRow(
        tracking_id=turn.tracking_id,
        conversation_id=turn.conversation_id,
        position=turn.position,
        channel=logged.channel,
        customer_key=logged.customer_key,
        release_id=trace.release_id,
        at=turn.created_at,
        seconds=trace.total_seconds,
        model_seconds=trace.model_seconds,
        said=said,
        replied=turn.reply.text,
        folded=fold(words),
        shown=_shown(words, name),
        name=name,
        intents=tuple(dict.fromkeys(detail.intent.value for detail in details)),
        confidence=min((detail.confidence for detail in details), default=None),
        findings=tuple(dict.fromkeys(finding.rule for outcome in trace.guardrails for finding in outcome.findings)),
        gaps=tuple(dict.fromkeys(gaps_of(trace))),
        mood=mood_of(typed).value if typed else None,
        calls=tuple(map(_call, trace.calls)),
    )


def said_by_customer(messages: tuple[InboundMessage, ...]) -> str:
    """All messages of a turn; media without a text by their kind."""
    return "\n".join(message.text or f"[{message.kind.value}]" for message in messages)


def gaps_of(trace: TurnTrace) -> Iterator[Gap]:
    """What the customer asked for and did not get."""
    for facts in trace.facts:
        yield from _READERS.get(str(facts.get("kind")), _nothing)(facts)
    for detail in trace.intention.intents if trace.intention else ():
        if detail.intent is Intent.OUT_OF_SCOPE and detail.topic != UNSAFE:
            yield Gap("out_of_scope", detail.topic or "")


def _call(call: ModelCall) -> CallRow:
    return CallRow(
        agent=call.agent,
        purpose=call.purpose,
        model=call.model,
        input_tokens=call.usage.input_tokens,
        output_tokens=call.usage.output_tokens,
        usd=float(call.cost_usd),
        seconds=call.seconds,
        fallback=call.fallback,
        failed_attempts=sum(attempt.error is not None for attempt in call.attempts),
    )


def _name(messages: tuple[InboundMessage, ...], trace: TurnTrace) -> str:
    told = (detail.customer_name for detail in (trace.intention.intents if trace.intention else ()))
    given = (message.profile_name for message in messages)
    return next((name for name in (*given, *told) if name), "")


def _shown(words: str, name: str) -> str | None:
    """The words to be searched by those who may see no personal data; None when they are the same."""
    folded = fold(words)
    # A name costs a pattern of its own, and is seldom said.
    named = any(part in folded for part in fold(name).split())
    hidden = redacted(words, name if named else "")
    return None if hidden == words else fold(hidden)


def _nothing(_facts: Mapping[str, Any]) -> Iterator[Gap]:
    return iter(())


def _search(facts: Mapping[str, Any]) -> Iterator[Gap]:
    for wish in facts.get("absent") or ():
        words = (wish.get(part) for part in ("make", "model", "version"))
        yield Gap("absent_car", " ".join(str(word) for word in words if word))
    if not facts.get("cars") and not facts.get("absent") and not facts.get("question"):
        yield Gap("no_cars")
    yield from _unknown(facts)


def _unknown(facts: Mapping[str, Any]) -> Iterator[Gap]:
    for name in (*(facts.get("unknown_attributes") or ()), *(facts.get("unknown_topics") or ())):
        yield Gap("unknown_fact", str(name))


def _info(facts: Mapping[str, Any]) -> Iterator[Gap]:
    if facts.get("absent_city"):
        yield Gap("no_branch", str(facts["absent_city"]))
    elif not facts.get("entries") and not facts.get("branches"):
        yield Gap("no_knowledge", str(facts.get("topic") or ""))


def _sales(facts: Mapping[str, Any]) -> Iterator[Gap]:
    if facts.get("failed"):
        yield Gap("lead_failed")
    if facts.get("absent_city"):
        yield Gap("no_branch", str(facts["absent_city"]))


def _boundary(facts: Mapping[str, Any]) -> Iterator[Gap]:
    if facts.get("subject") in _SUBJECTS and facts.get("subject") != "out_of_scope":
        yield Gap(str(facts["subject"]))


_READERS = {
    "car_search": _search,
    "car_detail": _unknown,
    "financing": _unknown,
    "info": _info,
    "sales": _sales,
    "boundary": _boundary,
}
