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
        # "¿Qué sedes hay en Puebla y a qué hora abren?": both questions are about the one place that was named.
        place = next((detail.branch or detail.city for detail in details if detail.branch or detail.city), None)
        facts = _each_branch_once(tuple(self._answer(detail, turn, state, place) for detail in details))
        city = next((detail.city for detail in details if detail.city), None)
        if city:
            state = state.model_copy(update={"profile": state.profile.model_copy(update={"city": city})})
        return Gathered(facts, state)

    def _answer(self, detail: IntentDetail, turn: Turn, state: ConversationState, said_place: str | None) -> InfoFacts:
        topic = detail.topic or turn.text
        entries = tuple(hit.entry for hit in self._knowledge.search(topic))
        asks_where = any(BRANCH_TAGS & set(entry.tags) for entry in entries)
        under_way = (said_place or self._place_under_way(state)) if asks_where else None
        place = detail.branch or detail.city or under_way
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


def _each_branch_once(facts: tuple[InfoFacts, ...]) -> tuple[InfoFacts, ...]:
    """Two questions with the same branches for an answer ("where and when") are one."""
    merged: list[InfoFacts] = []
    for fact in facts:
        same = next((one for one in merged if fact.branches and one.branches == fact.branches), None)
        if same is None:
            merged.append(fact)
            continue
        entries = tuple(dict.fromkeys((*same.entries, *fact.entries)))
        topic = f"{same.topic} {fact.topic}"
        merged[merged.index(same)] = same.model_copy(update={"entries": entries, "topic": topic})
    return tuple(merged)
