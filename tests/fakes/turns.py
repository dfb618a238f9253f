"""Finished turns, as the orchestrator returns them, without running it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot_core.messages import BotReply, QuickReply, new_id
from bot_core.sessions.history import with_turn
from bot_core.sessions.state import ConversationState
from bot_core.trace import ModelCall, TurnTrace, Usage


@dataclass(frozen=True, slots=True)
class StoredTurn:
    reply: BotReply
    state: ConversationState
    trace: TurnTrace


def finished_turn(
    state: ConversationState, said: str = "hola", *, tracking_id: str | None = None, release_id: str = "offline-base"
) -> StoredTurn:
    """The next turn after `state`, answered by one model call that cost 0.00123 USD."""
    reply = BotReply(text=f"¡Hola! «{said}»", quick_replies=(QuickReply(title="Más", payload="more"),))
    call = ModelCall(
        agent="greeting",
        purpose="reply",
        prompt_id="greeting/v001",
        prompt_hash="0" * 64,
        model="openai/x",
        messages=[{"role": "user", "content": said}],
        usage=Usage(input_tokens=120, output_tokens=30),
        cost_usd=Decimal("0.00123"),
    )
    trace = TurnTrace(
        tracking_id=tracking_id or new_id(),
        release_id=release_id,
        calls=[call],
        facts=[{"kind": "greeting"}],
        total_seconds=0.25,
    )
    return StoredTurn(reply, with_turn(state, customer_text=said, bot_text=reply.text, max_tokens=500), trace)
