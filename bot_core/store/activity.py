"""What has happened, across conversations: for whoever counts, searches or watches."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot_core.leads.lead import Lead
from bot_core.messages import Frozen
from bot_core.store.records import ConversationLog


class Place(NamedTuple):
    """Where a turn stands among all turns; a page goes on from there."""

    created_at: datetime
    tracking_id: str


class LoggedTurn(Frozen):
    """A stored turn with whose it is."""

    channel: str
    customer_key: str
    turn: ConversationLog

    @property
    def place(self) -> Place:
        return Place(self.turn.created_at, self.turn.tracking_id)


class RecordedLead(Frozen):
    reference: str
    lead: Lead


class ConversationOutcome(Frozen):
    """What came of one conversation: the unit of an online comparison of two releases."""

    conversation_id: str
    release_id: str
    """Of its first turn. A split keeps a conversation at its release; a promotion does not."""
    is_mixed: bool
    """Several releases have answered: what came of it is nobody's alone."""
    turns: int
    thumbs_up: int
    """Turns that the customer found good, the latest opinion of each."""
    thumbs_down: int
    leads: int
    fallbacks: int
    """Turns in which another model than the first choice answered."""
    began_at: datetime
