"""Questions about Kavak, answered from the knowledge base alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.agents.base import Gathered, Turn
from bot_core.facts.facts import InfoFacts
from bot_core.intents import IntentDetail
from bot_core.knowledge.service import KnowledgeService
from bot_core.releases.release import AgentName
from bot_core.sessions.state import ConversationState

BRANCH_TAGS = frozenset({"branches", "hours", "location"})
"""An entry with one of these is answered with the branches themselves."""


class KavakGeneralInfoAgent:
    name = AgentName.GENERAL_INFO

    def __init__(self, knowledge: KnowledgeService) -> None:
        self._knowledge = knowledge

    def gather(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        facts = tuple(self._answer(detail, turn, state) for detail in details)
        city = next((detail.city for detail in details if detail.city), None)
        if city:
            state = state.model_copy(update={"profile": state.profile.model_copy(update={"city": city})})
        return Gathered(facts, state)

    def _answer(self, detail: IntentDetail, turn: Turn, state: ConversationState) -> InfoFacts:
        topic = detail.topic or turn.text
        entries = tuple(hit.entry for hit in self._knowledge.search(topic))
        asks_where = any(BRANCH_TAGS & set(entry.tags) for entry in entries)
        place = detail.branch or detail.city or (self._place_under_way(state) if asks_where else None)
        if not place and not asks_where:
            return InfoFacts(language=turn.language, topic=topic, entries=entries)
        branches = self._knowledge.branches_in(place)
        absent = None if branches else place
        return InfoFacts(
            language=turn.language,
            topic=topic,
            entries=tuple(entry for entry in entries if not asks_where or BRANCH_TAGS & set(entry.tags)),
            branches=branches,
            all_cities=self._knowledge.cities if absent else (),
            absent_city=absent,
        )

    def _place_under_way(self, state: ConversationState) -> str | None:
        """The branch of the request that the customer is making, else the city they named before."""
        branch_id = state.lead.branch_id if state.lead else None
        branch = next((branch for branch in self._knowledge.branches if branch.branch_id == branch_id), None)
        return branch.name if branch else state.profile.city
