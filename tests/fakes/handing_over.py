"""A bot that leaves who asks for a person to one, and a pause that Twilio asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from bot_core.messages import InboundMessage, utc_now
from bot_core.orchestrator import TurnResult
from bot_core.sessions.state import ConversationState
from channels.store.tables import outbox
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot


class HandingOver(SlowBot):
    """Who writes "asesor" is left to a person."""

    async def handle(
        self, messages: Sequence[InboundMessage], state: ConversationState, *, tracking_id: str
    ) -> TurnResult:
        result = await super().handle(messages, state, tracking_id=tracking_id)
        asked = any("asesor" in message.text for message in messages)
        after = result.state.model_copy(update={"handed_off": state.handed_off or asked})
        return replace(result, state=after)


def put_off(channel: Channel, customer_id: str, seconds: float) -> None:
    """What waits is due then: Twilio has asked for a pause, or it is over."""
    waits = (outbox.c.customer_id == customer_id) & outbox.c.state.in_(["pending", "send_unknown"])
    with channel.store.database.write() as connection:
        connection.execute(update(outbox).where(waits).values(due_at=utc_now() + timedelta(seconds=seconds)))
