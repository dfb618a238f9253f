"""What every agent is: it looks facts up in code and leaves the words to the writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot_core.facts.facts import Facts
from bot_core.intents import IntentDetail
from bot_core.messages import Language
from bot_core.releases.release import AgentName
from bot_core.sessions.state import ConversationState


@dataclass(frozen=True, slots=True)
class Turn:
    """What the customer sent, as one."""

    tracking_id: str
    text: str
    """All texts of the turn, joined by line breaks, as received."""
    now: datetime
    language: Language
    profile_name: str | None = None
    button_payload: str | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts for the reply, and the conversation as it is after looking them up."""

    facts: tuple[Facts, ...]
    state: ConversationState


class BaseAgent(Protocol):
    name: AgentName

    def gather(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        """Look up what the wishes need. No model is asked; `state` is not changed, a new one is returned."""
        ...
