"""What lies between a customer's phone and the bot, and can be made worse on purpose in the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot_core.messages import InboundMessage
from bot_core.store.records import ConversationLog, SpokenTurn

WINDOW = timedelta(hours=24)
"""WhatsApp: a business may write freely only so long after the customer's last message."""
_LATE = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class Network:
    """The ordinary network by default."""

    delay_seconds: float = 0.0
    """Until a message reaches us."""
    twice: bool = False
    """Every message arrives twice, as webhooks do."""
    late: bool = False
    """We read a message 25 hours after it was sent."""

    def sent(self, message: InboundMessage) -> InboundMessage:
        """The message as it arrives."""
        return message.model_copy(update={"sent_at": message.sent_at - _LATE}) if self.late else message


def is_delivered(turn: ConversationLog | SpokenTurn) -> bool:
    """Whether WhatsApp would have delivered this reply: not when the customer's window had closed."""
    last = max((message.sent_at for message in turn.messages), default=turn.created_at)
    return turn.created_at - last < WINDOW
