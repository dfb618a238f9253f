"""Facts in, one checked text out: model call, guardrails, one repair, else the deterministic wording."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot_core.agents.base import Turn
from bot_core.errors import ModelError
from bot_core.facts.facts import AgentReply, Facts
from bot_core.guardrails.formatting import to_whatsapp
from bot_core.guardrails.guard import ReplyGuard
from bot_core.llm.calls import failed_call, recorded_call
from bot_core.llm.gateway import OFFLINE_MODEL, ChatMessage, LLMGateway, LLMRequest
from bot_core.prompts.builder import PromptBuilder
from bot_core.prompts.library import PromptLibrary
from bot_core.prompts.repair import repair_request
from bot_core.releases.release import AgentName, Release
from bot_core.sessions.state import ConversationState
from bot_core.trace import Finding, GuardrailOutcome, ModelCall
from bot_core.wording.model_view import facts_for_model
from bot_core.wording.replies import render


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """One agent's text with the record of how it came about."""

    text: str
    calls: tuple[ModelCall, ...] = ()
    outcome: GuardrailOutcome | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class _Draft:
    """A reply under way: what was asked and every call so far."""

    request: LLMRequest[AgentReply]
    facts: tuple[Facts, ...]
    turn: Turn
    calls: list[ModelCall] = field(default_factory=list)


class ReplyWriter:
    """Words the facts of an agent. Never raises ModelError: the deterministic wording always answers."""

    def __init__(self, gateway: LLMGateway, prompts: PromptLibrary, guard: ReplyGuard, release: Release) -> None:
        self._gateway = gateway
        self._prompts = prompts
        self._guard = guard
        self._release = release

    async def write(
        self, agent: AgentName, facts: Sequence[Facts], turn: Turn, state: ConversationState, *, deadline: float
    ) -> WrittenReply:
        """`deadline` is in the event loop's clock (seconds); past it the deterministic wording answers."""
        started = time.perf_counter()
        request = replace(self._request(agent, tuple(facts), turn, state), deadline=deadline)
        draft = _Draft(request, tuple(facts), turn)
        try:
            async with asyncio.timeout_at(deadline):
                text, outcome = await self._checked(draft)
        except (ModelError, TimeoutError) as error:
            draft.calls.append(failed_call(draft.request, error, time.perf_counter() - started))
            text, outcome = plain_wording(facts), None
        return WrittenReply(text, tuple(draft.calls), outcome, time.perf_counter() - started)

    def _request(
        self, agent: AgentName, facts: tuple[Facts, ...], turn: Turn, state: ConversationState
    ) -> LLMRequest[AgentReply]:
        definition = self._release.agents[agent]
        template = self._prompts.get(definition.prompt)
        offline = definition.settings.model == OFFLINE_MODEL
        # The baseline reads facts, not prompts: building one would be most of an offline turn's time.
        messages = (
            ()
            if offline
            else PromptBuilder.build(
                template,
                {"facts": facts_for_model(facts), "language": turn.language.value},
                history=state.history,
                customer_text=turn.text,
            )
        )
        return LLMRequest(
            agent=agent.value,
            purpose="reply",
            messages=messages,
            response_model=AgentReply,
            facts=facts,
            settings=definition.settings,
            prompt_id=template.prompt_id,
            prompt_hash=template.content_hash,
            tracking_id=turn.tracking_id,
        )

    async def _checked(self, draft: _Draft) -> tuple[str, GuardrailOutcome]:
        text = await self._ask(draft, draft.request)
        findings = self._findings(text, draft)
        outcome = GuardrailOutcome(agent=draft.request.agent, draft=text, findings=findings)
        if not findings:
            return text, outcome
        if draft.calls[-1].model != OFFLINE_MODEL:
            repaired = await self._repaired(draft, text, findings)
            if repaired is not None:
                return repaired, outcome.model_copy(update={"action": "repaired"})
        return plain_wording(draft.facts), outcome.model_copy(update={"action": "replaced"})

    async def _repaired(self, draft: _Draft, text: str, findings: Sequence[Finding]) -> str | None:
        """The model's second try, or None when it fails too."""
        request = replace(
            draft.request,
            purpose="repair",
            messages=(
                *draft.request.messages,
                ChatMessage("assistant", json.dumps({"text": text}, ensure_ascii=False)),
                ChatMessage("user", repair_request(findings)),
            ),
        )
        try:
            second = await self._ask(draft, request)
        except ModelError as error:
            draft.calls.append(failed_call(request, error, 0.0))
            return None
        return None if self._findings(second, draft) else second

    async def _ask(self, draft: _Draft, request: LLMRequest[AgentReply]) -> str:
        response = await self._gateway.complete(request)
        draft.calls.append(recorded_call(request, response))
        return to_whatsapp(response.answer.text)

    def _findings(self, text: str, draft: _Draft) -> list[Finding]:
        if not self._release.behaviour.guardrails:
            return []
        language = draft.turn.language
        return [
            *self._guard.check(text, draft.facts, language=language),
            *self._guard.omissions(text, draft.facts, language=language),
        ]


def plain_wording(facts: Sequence[Facts]) -> str:
    return "\n\n".join(render(fact) for fact in facts)
