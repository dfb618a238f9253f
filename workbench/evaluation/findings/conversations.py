"""A result as a person reads it: what was said, understood and judged, without the traces."""

from __future__ import annotations

import re

from bot_core.messages import InboundMessage
from workbench.evaluation.findings.facts import facts_of
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import Conversation, ScoreLine, Turn, key_of
from workbench.records import CaseResult, TurnRecord
from workbench.texts.media import media_named

_EXTRAS = ("profile name", "button")
_EXTRA = re.compile(rf"( \(|, )({'|'.join(_EXTRAS)}): (?=[^()]*\)$)")
"""Only in the brackets that end a message."""


def conversation_of(result: CaseResult) -> Conversation:
    return Conversation(
        key=key_of(result),
        case_id=result.case_id,
        trial=result.trial,
        why=result.why,
        tags=result.tags,
        difficulty=result.difficulty,
        verdict=result.verdict,
        scores=tuple(ScoreLine(score.scorer, score.verdict, score.reasons) for score in result.scores),
        turns=tuple(_turn(turn) for turn in result.turns),
        error=f"{result.error.kind}: {result.error.message}" if result.error else None,
    )


def _turn(turn: TurnRecord) -> Turn:
    trace = turn.trace
    return Turn(
        customer=tuple(customer_text(message) for message in turn.messages),
        bot=turn.reply.text,
        expected_intents=turn.expected_intents,
        understood_intents=tuple(sorted(trace.intention.names())) if trace.intention else (),
        buttons=tuple(reply.title for reply in turn.reply.quick_replies),
        guardrails=tuple(outcome.action for outcome in trace.guardrails if outcome.action != "accepted"),
        seconds=trace.total_seconds,
        usd=float(trace.cost_usd),
        facts=facts_of(turn),
    )


def customer_text(message: InboundMessage) -> str:
    """What the customer sent, as one text: media and buttons are named."""
    given = zip(_EXTRAS, (message.profile_name, message.button_payload), strict=True)
    extras = [f"{name}: {value}" for name, value in given if value]
    kind = "" if message.kind.value in ("text", "button") else f"[{message.kind.value}] "
    suffix = f" ({', '.join(extras)})" if extras else ""
    return f"{kind}{message.text}{suffix}"


def customer_said(sent: str) -> str:
    """`customer_text` in the language that is read."""
    return media_named(_EXTRA.sub(lambda found: f"{found[1]}{label('sent', found[2])}: ", sent))
