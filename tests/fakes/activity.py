"""Rows of the activity index, and stored turns of a customer, for tests that ask nothing of the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.messages import InboundMessage, MessageKind
from bot_core.normalization import fold
from bot_core.store.records import Conversation
from bot_core.store.store import Store
from bot_core.trace import Attempt, Finding, GuardrailOutcome, ModelCall, Usage
from tests.fakes.turns import StoredTurn, finished_turn
from workbench.storage.activity.rows import CallRow, TurnRow

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""Noon in Mexico City."""


def turn_row(number: int, said: str = "hola", **fields: Any) -> TurnRow:
    """Turn `number` of conversation c<number> of customer u<number>, at noon, without a model."""
    known: dict[str, Any] = {
        "tracking_id": f"t{number}",
        "conversation_id": f"c{number}",
        "position": 1,
        "channel": "workbench",
        "customer_key": f"u{number}",
        "release_id": "offline-base",
        "at": NOON,
        "seconds": 0.5,
        "model_seconds": 0.0,
        "replied": "¡Hola!",
    }
    known |= fields
    return TurnRow(said=said, folded=fold(f"{said} {known['replied']}"), **known)


def call_row(**fields: Any) -> CallRow:
    known: dict[str, Any] = {
        "agent": "financing",
        "purpose": "reply",
        "model": "openai/x",
        "input_tokens": 100,
        "output_tokens": 20,
        "usd": 0.001,
        "seconds": 0.4,
        "fallback": False,
        "failed_attempts": 0,
    }
    return CallRow(**known | fields)


def talk(
    store: Store,
    *said: str,
    conversation_id: str = "c1",
    channel: str = "workbench",
    customer: str = "",
    profile_name: str | None = None,
    facts: Sequence[dict[str, Any]] = (),
    findings: Sequence[Finding] = (),
    intent: Intent = Intent.GREETING,
    confidence: float = 1.0,
    failed: bool = False,
    kind: MessageKind = MessageKind.TEXT,
) -> Conversation:
    """A stored conversation, or more turns of it; turn ids are <conversation_id>-1, -2, …"""
    try:
        conversation = store.conversations.get(conversation_id)
    except Exception:  # noqa: BLE001 - the first turns
        conversation = store.conversations.create(
            channel=channel,
            customer_key=customer or conversation_id,
            release_id="offline-base",
            conversation_id=conversation_id,
        )
    for text in said:
        position = conversation.version + 1
        turn = finished_turn(conversation.state, text, tracking_id=f"{conversation_id}-{position}")
        details = [IntentDetail(intent=intent, confidence=confidence)]
        outcome = GuardrailOutcome(agent="greeting", draft=turn.reply.text, findings=list(findings))
        changed = turn.trace.model_copy(
            update={
                "intention": UserIntentionResponse(intents=details),
                "facts": list(facts) or turn.trace.facts,
                "guardrails": [outcome],
                "calls": [_call(text, failed=failed)],
            }
        )
        conversation = store.conversations.append_turn(
            conversation_id,
            [InboundMessage(text=text, profile_name=profile_name, kind=kind)],
            StoredTurn(turn.reply, turn.state, changed),
            expected_version=conversation.version,
        )
    return conversation


def _call(said: str, *, failed: bool) -> ModelCall:
    attempts = [Attempt(model="openai/x", error="ModelTimeout" if failed else None)]
    return ModelCall(
        agent="greeting",
        purpose="reply",
        prompt_id="greeting/v001",
        prompt_hash="0" * 64,
        model="openai/x",
        messages=[{"role": "user", "content": said}],
        usage=Usage(input_tokens=120, output_tokens=30),
        cost_usd=Decimal("0.00123"),
        seconds=0.2,
        attempts=attempts,
        fallback=failed,
    )
