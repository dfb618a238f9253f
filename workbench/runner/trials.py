"""One message on one prompt: what a model would be sent, and what it answers."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, replace
from decimal import Decimal

from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMGateway, LLMRequest, LLMResponse, ModelSettings
from bot_core.llm.price_list import Price
from bot_core.messages import InboundMessage
from bot_core.offline.gateway import OfflineGateway
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.prompts.draft import DraftText, to_template
from bot_core.prompts.library import PromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import AgentDefinition, AgentName, Release
from bot_core.sessions.history import CHARS_PER_TOKEN, estimated_tokens
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.store import Store
from bot_core.trace import ModelCall, Usage
from bot_core.wiring import BotFactory
from workbench.evaluation.simulation import LeadNotebook
from workbench.runner.bundles import candidate
from workbench.runner.catalogs import CatalogShelf
from workbench.runner.portal import Portal

DRAFT = "v000-borrador"
"""The version under which a draft is tried; it is never stored."""
_SHOWN = ModelSettings(model="preview")
_TRIAL = "trial"
_MOST_KEPT = 40
_PREVIEW_SECONDS = 60.0
_ANSWER_TOKENS = 120
"""What an answer takes, when nothing better is known."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The last message's turn, and the part of the agent whose prompt is tried."""

    result: TurnResult
    calls: tuple[ModelCall, ...]
    """The agent's own; empty when the message did not reach it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Before a call is made. `usd` is None for a model without a known price."""

    input_tokens: int
    output_tokens: int
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Trying:
    """How a trial stands: neither a trial nor a problem while it is under way."""

    trial: Trial | None = None
    problem: BaseException | None = None

    @property
    def busy(self) -> bool:
        return self.trial is None and self.problem is None


class TrialDesk:
    """Trials are played outside the pages' threads; a reload finds them again by their id."""

    def __init__(self, settings: Settings, store: Store, catalogs: CatalogShelf, portal: Portal) -> None:
        self._settings = settings
        self._store = store
        self._catalogs = catalogs
        self._portal = portal
        self._trials: OrderedDict[str, Future[Trial]] = OrderedDict()
        self._lock = threading.Lock()

    def preview(self, agent: AgentName, text: DraftText, messages: tuple[str, ...], catalog_id: str | None) -> Trial:
        """The prompt as a model would be sent it, for the last of `messages`; no model is called.
        Raises PromptError for a faulty text."""
        work = self._play(agent, to_template(agent.value, DRAFT, text), _SHOWN, messages, catalog_id)
        return self._portal.submit(work).result(_PREVIEW_SECONDS)

    def start(
        self,
        trial_id: str,
        agent: AgentName,
        text: DraftText,
        settings: ModelSettings,
        messages: tuple[str, ...],
        catalog_id: str | None,
    ) -> None:
        """Ask the model of `settings`; the other agents work without one. Returns at once; the same id twice is tried
        once. Raises PromptError for a faulty text."""
        template = to_template(agent.value, DRAFT, text)
        with self._lock:
            if trial_id in self._trials:
                return
            self._trials[trial_id] = self._portal.submit(self._play(agent, template, settings, messages, catalog_id))
            while len(self._trials) > _MOST_KEPT:
                self._trials.popitem(last=False)

    def trying(self, trial_id: str) -> Trying | None:
        """None for an id that was never started, or is too old."""
        with self._lock:
            future = self._trials.get(trial_id)
        if future is None:
            return None
        if not future.done():
            return Trying()
        problem = future.exception()
        return Trying(problem=problem) if problem else Trying(trial=future.result())

    async def _play(
        self,
        agent: AgentName,
        template: PromptTemplate,
        settings: ModelSettings,
        messages: tuple[str, ...],
        catalog_id: str | None,
    ) -> Trial:
        """The earlier messages are answered without a model, so that only the last one costs anything."""
        offline, tried = await asyncio.to_thread(self._bots, agent, template, settings, catalog_id)
        state = ConversationState(conversation_id=_TRIAL)
        for message in messages[:-1]:
            state = (await offline.handle([InboundMessage(text=message)], state)).state
        result = await tried.handle([InboundMessage(text=messages[-1])], state)
        return Trial(result, tuple(call for call in result.trace.calls if call.agent == agent.value))

    def _bots(
        self, agent: AgentName, template: PromptTemplate, settings: ModelSettings, catalog_id: str | None
    ) -> tuple[OrchestrationService, OrchestrationService]:
        catalog = self._catalogs.get(catalog_id).cars
        prompts = _WithDraft(self._store.prompts, template)
        factory = BotFactory(settings=self._settings, catalog=catalog, prompts=prompts, leads=LeadNotebook())
        base = _without_models(self._store.releases.current())
        definition = AgentDefinition(prompt=template.prompt_id, settings=settings)
        release = candidate(base, {agent: definition}, release_id=_TRIAL, description="")
        if settings is not _SHOWN:
            return factory.build(base), factory.build(release)
        shown = BotFactory(
            settings=self._settings,
            catalog=catalog,
            prompts=prompts,
            leads=LeadNotebook(),
            gateway=_Unasked(factory.baseline),
        )
        return factory.build(base), shown.build(release)


def expected_cost(calls: tuple[ModelCall, ...], price: Price | None) -> Cost:
    """Of asking a model what `calls` were sent. Tokens are an estimate (a token is some four letters)."""
    sent = sum(estimated_tokens(message["content"]) for call in calls for message in call.messages)
    written = sum(max(len(call.answer) // CHARS_PER_TOKEN, _ANSWER_TOKENS) for call in calls)
    usage = Usage(input_tokens=sent, output_tokens=written)
    return Cost(sent, written, price.of(usage) if price else None)


class _WithDraft:
    """The store's prompts and one that is not stored."""

    def __init__(self, prompts: PromptLibrary, draft: PromptTemplate) -> None:
        self._prompts = prompts
        self._draft = draft

    def get(self, prompt_id: str) -> PromptTemplate:
        return self._draft if prompt_id == self._draft.prompt_id else self._prompts.get(prompt_id)

    def list(self, agent: str | None = None) -> tuple[PromptTemplate, ...]:
        return self._prompts.list(agent)


class _Unasked:
    """Takes a request as a model would get it, and lets the baseline answer."""

    def __init__(self, baseline: OfflineGateway) -> None:
        self._baseline: LLMGateway = baseline

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        return await self._baseline.complete(replace(request, settings=ModelSettings()))


def _without_models(release: Release) -> Release:
    agents = {
        name: AgentDefinition(prompt=agent.prompt, settings=ModelSettings(model=OFFLINE_MODEL))
        for name, agent in release.agents.items()
    }
    return release.model_copy(update={"agents": agents})
