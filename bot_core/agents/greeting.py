"""Hello, thank you and goodbye."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.agents.base import Gathered, Turn
from bot_core.facts.facts import GreetingFacts
from bot_core.intents import IntentDetail
from bot_core.releases.release import AgentName
from bot_core.sessions.state import ConversationState


class GreetingAgent:
    name = AgentName.GREETING

    def gather(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        topics = {detail.topic for detail in details}
        facts = GreetingFacts(
            language=turn.language,
            customer_name=state.profile.name,
            first_time=state.turns == 0,
            thanks="thanks" in topics,
            farewell="farewell" in topics,
            asks_if_bot="identity" in topics,
        )
        return Gathered((facts,), state)
