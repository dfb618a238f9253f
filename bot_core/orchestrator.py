"""One turn: what the customer sent → intents → facts → one checked reply, with its trace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot_core.agents.base import BaseAgent, Turn
from bot_core.agents.writer import ReplyWriter, WrittenReply, plain_wording
from bot_core.facts.facts import BoundaryFacts, Facts, GreetingFacts, InfoFacts, IntentionFacts
from bot_core.intentions.service import Intention, UserIntentionService
from bot_core.intents import UNSAFE, Intent, IntentDetail
from bot_core.messages import BotReply, InboundMessage, MessageKind, QuickReply, new_id
from bot_core.releases.release import AgentName, Release
from bot_core.sessions.history import with_turn
from bot_core.sessions.state import ConversationState, PendingQuestion
from bot_core.trace import TurnTrace
from bot_core.wording.replies import join_replies, quick_replies

_AGENT_OF = {
    Intent.GREETING: AgentName.GREETING,
    Intent.CAR_RECOMMENDATION: AgentName.CAR_RECOMMENDATION,
    Intent.FINANCING: AgentName.FINANCING,
    Intent.GENERAL_INFO: AgentName.GENERAL_INFO,
    Intent.SALES: AgentName.SALES,
    Intent.PERSON_REQUEST: AgentName.SALES,
}
"""The other intents are boundaries: worded by code alone."""

_GATHERING_ORDER = (
    AgentName.CAR_RECOMMENDATION,
    AgentName.FINANCING,
    AgentName.SALES,
    AgentName.GENERAL_INFO,
    AgentName.GREETING,
)
"""Each agent sees what the ones before it found: payments are computed for the cars of the same message."""

_UNREADABLE = frozenset(MessageKind) - {MessageKind.TEXT, MessageKind.BUTTON}


@dataclass(frozen=True, slots=True)
class TurnResult:
    reply: BotReply
    state: ConversationState
    trace: TurnTrace


@dataclass(frozen=True, slots=True)
class _Section:
    """One part of the reply: an agent's facts, or a boundary when `agent` is None."""

    agent: AgentName | None
    facts: tuple[Facts, ...]


class OrchestrationService:
    """The bot of one release. Holds no conversation: `handle` takes a state and returns the next one."""

    def __init__(
        self,
        release: Release,
        intentions: UserIntentionService,
        agents: Sequence[BaseAgent],
        writer: ReplyWriter,
    ) -> None:
        self.release = release
        self._intentions = intentions
        self._agents = {agent.name: agent for agent in agents}
        self._writer = writer

    async def handle(
        self,
        messages: Sequence[InboundMessage],
        state: ConversationState,
        *,
        tracking_id: str | None = None,
    ) -> TurnResult:
        """Answer the customer's `messages` (one or a burst, at least one) as one turn.

        Never raises ModelError: where a model fails, the offline baseline answers and the trace says so.
        """
        started = time.perf_counter()
        turn = _turn_of(messages, state, tracking_id or new_id())
        deadline = asyncio.get_running_loop().time() + self.release.behaviour.turn_timeout_seconds
        intention, sections, after = await self._understood(messages, turn, state, deadline)
        if intention:
            turn = replace(turn, language=intention.response.language)
        written = await asyncio.gather(*(self._written(section, turn, state, deadline) for section in sections))
        reply = _reply(sections, written, turn)
        trace = self._trace(turn, intention, sections, written, time.perf_counter() - started)
        return TurnResult(reply, self._next_state(after, sections, turn, reply), trace)

    async def _understood(
        self, messages: Sequence[InboundMessage], turn: Turn, state: ConversationState, deadline: float
    ) -> tuple[Intention | None, tuple[_Section, ...], ConversationState]:
        if not turn.text.strip():
            unreadable = next((message.kind for message in messages if message.kind in _UNREADABLE), None)
            subject = "media" if unreadable else "empty"
            facts = BoundaryFacts(language=turn.language, subject=subject, detail=unreadable and unreadable.value)
            return None, (_Section(None, (facts,)),), state
        context = IntentionFacts(text=turn.text, state=state, now=turn.now, button_payload=turn.button_payload)
        intention = await self._intentions.read(context, tracking_id=turn.tracking_id, deadline=deadline)
        turn = replace(turn, language=intention.response.language)
        sections, after = self._gathered(intention, turn, state)
        return intention, sections, after

    def _gathered(
        self, intention: Intention, turn: Turn, state: ConversationState
    ) -> tuple[tuple[_Section, ...], ConversationState]:
        """Facts of every wish, looked up in dependency order, given back in the customer's order."""
        response = intention.response
        if response.clarification:
            facts = BoundaryFacts(
                language=turn.language,
                subject="clarification",
                detail=response.clarification,
                question=PendingQuestion.CLARIFICATION,
            )
            return (_Section(None, (facts,)),), state
        state = _named(state, response.intents)
        sections: dict[AgentName | Intent, _Section] = {}
        for name in _GATHERING_ORDER:
            details = [detail for detail in response.intents if _AGENT_OF.get(detail.intent) is name]
            if details:
                gathered = self._agents[name].gather(details, turn, state)
                state = gathered.state
                sections[name] = _Section(name, gathered.facts)
        for detail in response.intents:
            if detail.intent not in _AGENT_OF:
                sections.setdefault(detail.intent, _Section(None, (_boundary(detail, turn),)))
        ordered = dict.fromkeys(_AGENT_OF.get(intent, intent) for intent in response.names())
        return _tidied(tuple(sections[key] for key in ordered)), _left(state, response.intents)

    async def _written(self, section: _Section, turn: Turn, state: ConversationState, deadline: float) -> WrittenReply:
        if section.agent is None or _is_salutation(section) or _knows_nothing(section):
            return WrittenReply(plain_wording(section.facts))
        return await self._writer.write(section.agent, section.facts, turn, state, deadline=deadline)

    def _next_state(
        self, state: ConversationState, sections: Sequence[_Section], turn: Turn, reply: BotReply
    ) -> ConversationState:
        asked = (fact.question for section in sections for fact in section.facts if fact.question)
        return with_turn(
            state.model_copy(update={"language": turn.language, "pending": next(asked, None)}),
            customer_text=turn.text,
            bot_text=reply.text,
            max_tokens=self.release.behaviour.history_tokens,
        )

    def _trace(
        self,
        turn: Turn,
        intention: Intention | None,
        sections: Sequence[_Section],
        written: Sequence[WrittenReply],
        seconds: float,
    ) -> TurnTrace:
        calls = [*(intention.calls if intention else ()), *(call for part in written for call in part.calls)]
        # Agents run side by side, so the model time of a turn is the intention's plus the slowest agent's.
        slowest = max((part.seconds for part in written if part.calls), default=0.0)
        return TurnTrace(
            tracking_id=turn.tracking_id,
            release_id=self.release.release_id,
            started_at=turn.now,
            language=turn.language,
            intention=intention.response if intention else None,
            facts=[fact.model_dump(mode="json") for section in sections for fact in section.facts],
            calls=calls,
            guardrails=[part.outcome for part in written if part.outcome],
            total_seconds=seconds,
            model_seconds=min(seconds, (intention.seconds if intention else 0.0) + slowest),
        )


def _turn_of(messages: Sequence[InboundMessage], state: ConversationState, tracking_id: str) -> Turn:
    last = messages[-1]
    return Turn(
        tracking_id=tracking_id,
        text="\n".join(message.text for message in messages if message.text),
        now=last.sent_at,
        language=state.language,
        profile_name=last.profile_name,
        button_payload=next((m.button_payload for m in reversed(messages) if m.button_payload), None),
    )


def _boundary(detail: IntentDetail, turn: Turn) -> BoundaryFacts:
    if detail.intent is Intent.OPT_OUT:
        return BoundaryFacts(language=turn.language, subject="opt_out")
    return BoundaryFacts(language=turn.language, subject="unsafe" if detail.topic == UNSAFE else "out_of_scope")


def _is_salutation(section: _Section) -> bool:
    """A greeting before other answers is one line: not worth a model call."""
    return all(isinstance(fact, GreetingFacts) and fact.brief for fact in section.facts)


def _knows_nothing(section: _Section) -> bool:
    """A question that the knowledge base does not answer is never left to a model's own knowledge."""
    return all(isinstance(fact, InfoFacts) and fact.is_empty for fact in section.facts)


def _tidied(sections: tuple[_Section, ...]) -> tuple[_Section, ...]:
    """Several parts make one message: the greeting shrinks to a salutation and goes first, one question is asked."""
    if len(sections) == 1:
        return sections
    tidy: list[_Section] = []
    asked = False
    for section in sorted(sections, key=lambda section: section.agent is not AgentName.GREETING):
        facts = []
        for fact in section.facts:
            changes: dict[str, object] = {"question": None} if asked else {}
            if isinstance(fact, GreetingFacts):
                changes["brief"] = True
            asked = asked or fact.question is not None
            facts.append(fact.model_copy(update=changes))
        tidy.append(_Section(section.agent, tuple(facts)))
    return tuple(tidy)


def _named(state: ConversationState, details: Sequence[IntentDetail]) -> ConversationState:
    """ "Soy Ana, busco un Versa": the name belongs to the customer, whichever wish it came with."""
    name = next((detail.customer_name for detail in details if detail.customer_name), None)
    return state.model_copy(update={"profile": state.profile.model_copy(update={"name": name})}) if name else state


def _left(state: ConversationState, details: Sequence[IntentDetail]) -> ConversationState:
    if any(detail.intent is Intent.OPT_OUT for detail in details):
        return state.model_copy(update={"opted_out": True})
    return state.model_copy(update={"opted_out": False}) if state.opted_out else state


def _reply(sections: Sequence[_Section], written: Sequence[WrittenReply], turn: Turn) -> BotReply:
    text = join_replies([part.text for part in written])
    return BotReply(text=text, language=turn.language, quick_replies=_buttons(sections))


def _buttons(sections: Sequence[_Section]) -> tuple[QuickReply, ...]:
    """Those of the last part that has any: it is what the customer reads last. WhatsApp shows at most three."""
    for section in reversed(sections):
        for fact in reversed(section.facts):
            if buttons := quick_replies(fact):
                return buttons[:3]
    return ()
