"""What does the customer want: the first model call of a turn."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from bot_core.catalog.service import CarDataService
from bot_core.errors import ModelError
from bot_core.facts.facts import IntentionFacts
from bot_core.intentions.verification import verified
from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.llm.calls import failed_call, recorded_call
from bot_core.llm.gateway import OFFLINE_MODEL, LLMGateway, LLMRequest, ModelSettings
from bot_core.offline.language import language_of
from bot_core.offline.opt_out import is_opt_out
from bot_core.prompts.builder import PromptBuilder
from bot_core.prompts.library import PromptLibrary
from bot_core.releases.release import AgentDefinition, AgentName
from bot_core.trace import ModelCall


@dataclass(frozen=True, slots=True)
class Intention:
    response: UserIntentionResponse
    calls: tuple[ModelCall, ...]
    seconds: float


class UserIntentionService:
    def __init__(
        self,
        gateway: LLMGateway,
        baseline: LLMGateway,
        prompts: PromptLibrary,
        definition: AgentDefinition,
        catalog: CarDataService,
    ) -> None:
        self._gateway = gateway
        self._baseline = baseline
        self._prompts = prompts
        self._definition = definition
        self._catalog = catalog

    async def read(self, facts: IntentionFacts, *, tracking_id: str, deadline: float) -> Intention:
        """Intents and details of a turn. Never raises ModelError: the offline baseline reads when the model cannot."""
        if is_opt_out(facts.text, facts.button_payload):
            # A customer who wants to leave must never depend on what a model makes of it.
            language = language_of(facts.text, facts.state.language)
            response = UserIntentionResponse(intents=[IntentDetail(intent=Intent.OPT_OUT)], language=language)
            return Intention(response, (), 0.0)
        started = time.perf_counter()
        request = replace(self._request(facts, tracking_id), deadline=deadline)
        calls: list[ModelCall] = []
        try:
            async with asyncio.timeout_at(deadline):
                answer = await self._gateway.complete(request)
        except (ModelError, TimeoutError) as error:
            calls.append(failed_call(request, error, time.perf_counter() - started))
            request = replace(request, settings=ModelSettings(model=OFFLINE_MODEL))
            answer = await self._baseline.complete(request)
        calls.append(recorded_call(request, answer))
        response = answer.answer
        if answer.model != OFFLINE_MODEL:
            response = verified(response, facts.text, self._catalog)
        return Intention(response, tuple(calls), time.perf_counter() - started)

    def _request(self, facts: IntentionFacts, tracking_id: str) -> LLMRequest[UserIntentionResponse]:
        template = self._prompts.get(self._definition.prompt)
        offline = self._definition.settings.model == OFFLINE_MODEL
        messages = (
            ()
            if offline
            else PromptBuilder.build(
                template,
                {"context": conversation_summary(facts), "language": facts.state.language.value},
                history=facts.state.history,
                customer_text=facts.text,
            )
        )
        return LLMRequest(
            agent=AgentName.INTENTION.value,
            purpose="intention",
            messages=messages,
            response_model=UserIntentionResponse,
            facts=facts,
            settings=self._definition.settings,
            prompt_id=template.prompt_id,
            prompt_hash=template.content_hash,
            tracking_id=tracking_id,
        )


def conversation_summary(facts: IntentionFacts) -> str:
    """What a model needs of the state to read a short follow-up: trusted values only, never the customer's words."""
    state = facts.state
    lines = [f"today: {facts.now:%A %Y-%m-%d}", f"cars_on_screen: {len(state.shown)}"]
    if state.chosen:
        lines.append("a_car_is_chosen: yes")
    if state.pending:
        lines.append(f"last_question: {state.pending.value}")
    return "\n".join(lines)
