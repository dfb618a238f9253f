"""Models and agents: what this machine can reach, what was given a name, and whether a model answers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from bot_core.errors import ModelError
from bot_core.llm.credentials import KeyFault, key_fault, refuse_key_fault
from bot_core.llm.discovery import ModelServer, ProviderKey, model_servers, provider_keys
from bot_core.llm.gateway import OFFLINE_MODEL, ChatMessage, LLMGateway, LLMRequest, ModelSettings
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.routing import route
from bot_core.messages import new_id
from bot_core.releases.release import AgentDefinition, AgentName, Release
from bot_core.store.records import AIModel, NamedAgent
from bot_core.store.store import Store
from bot_core.trace import Usage
from workbench.runner.bundles import candidate
from workbench.runner.portal import Portal

_MOST_KEPT = 40
_TEST_TOKENS = 60
_TEST_SECONDS = 60.0
"""A local model may have to be loaded first."""
_QUESTION = (
    ChatMessage("system", 'Respondes con JSON: {"text":"…"}, sin nada más.'),
    ChatMessage("user", "Di «hola» en una palabra."),
)


class _Greeting(BaseModel):
    text: str


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """One real call. `error` is None when the model answered in the asked form."""

    model: str
    seconds: float
    answer: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal = Decimal(0)
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine can reach. A key is present or not; its value is nowhere here."""

    keys: tuple[ProviderKey, ...]
    servers: tuple[ModelServer, ...]


class ModelDesk:
    """Safe for many threads."""

    def __init__(
        self,
        store: Store,
        portal: Portal,
        gateway: LLMGateway | None = None,
        *,
        key_envs: Collection[str] = frozenset(),
    ) -> None:
        """`key_envs` are the variables that models may name as their key (KAVAK_MODEL_KEY_ENVS)."""
        self._store = store
        self._portal = portal
        self._gateway = gateway or LiteLLMGateway(key_envs=key_envs)
        self._key_envs = key_envs
        self._tests: OrderedDict[str, Future[ConnectionTest]] = OrderedDict()
        self._lock = threading.Lock()

    def machine(self) -> Machine:
        """Asks the servers of this machine, for 0.3 s each."""
        return Machine(provider_keys(), model_servers())

    def models(self) -> tuple[AIModel, ...]:
        return self._store.models.list()

    def key_fault(self, settings: ModelSettings) -> KeyFault | None:
        """What is wrong with the key or the address of a model, or with the name of a fallback."""
        return next((fault for one in route(settings) if (fault := key_fault(one, self._key_envs))), None)

    def keep_model(self, model: AIModel) -> None:
        """Under its name; an earlier one of that name is replaced. Releases hold copies: none of them changes.
        Raises ModelNotConfigured for a key or an address that no call would be made with."""
        self._refuse_key_fault(model.settings)
        self._store.models.put(model)

    def remove_model(self, name: str) -> None:
        self._store.models.remove(name)

    def agents(self) -> tuple[NamedAgent, ...]:
        return self._store.agents.list()

    def keep_agent(self, agent: NamedAgent) -> None:
        """Raises PromptError for a prompt that is not known, ModelNotConfigured as `keep_model` does."""
        self._store.prompts.get(agent.definition.prompt)
        self._refuse_key_fault(agent.definition.settings)
        self._store.agents.put(agent)

    def remove_agent(self, name: str) -> None:
        self._store.agents.remove(name)

    def release_of(
        self,
        base_id: str,
        agents: Mapping[AgentName, AgentDefinition],
        *,
        release_id: str,
        description: str,
        who: str,
    ) -> Release:
        """A candidate release. Raises UserError for a wrong name or prompt, Immutable for a name in use,
        ModelNotConfigured as `keep_model` does."""
        for agent in agents.values():
            self._store.prompts.get(agent.prompt)
            self._refuse_key_fault(agent.settings)
        base = self._store.releases.get(base_id)
        return self._store.releases.add(
            candidate(base, agents, release_id=release_id, description=description), who=who
        )

    def test(self, test_id: str, settings: ModelSettings) -> None:
        """Ask the model one tiny question; returns at once. The same id twice asks once."""
        with self._lock:
            if test_id in self._tests:
                return
            self._tests[test_id] = self._portal.submit(self._asked(settings))
            while len(self._tests) > _MOST_KEPT:
                self._tests.popitem(last=False)

    def tested(self, test_id: str) -> ConnectionTest | Literal["busy"] | None:
        """None for an id that was never started."""
        with self._lock:
            future = self._tests.get(test_id)
        if future is None:
            return None
        return future.result() if future.done() else "busy"

    def _refuse_key_fault(self, settings: ModelSettings) -> None:
        for one in route(settings):
            refuse_key_fault(one, self._key_envs)

    async def _asked(self, settings: ModelSettings) -> ConnectionTest:
        if settings.model == OFFLINE_MODEL:
            return ConnectionTest(settings.model, 0.0)
        started = time.perf_counter()
        try:
            response = await self._gateway.complete(_request(settings))
        except Exception as error:  # noqa: BLE001 - shown on the page that asked
            spent = (error.input_tokens, error.output_tokens) if isinstance(error, ModelError) else (0, 0)
            usage = Usage(input_tokens=spent[0], output_tokens=spent[1])
            return ConnectionTest(settings.model, time.perf_counter() - started, usage=usage, error=error)
        return ConnectionTest(
            settings.model,
            time.perf_counter() - started,
            answer=response.answer.text,
            usage=response.usage,
            cost_usd=response.cost_usd,
        )


def _request(settings: ModelSettings) -> LLMRequest[_Greeting]:
    """Nothing is tried again and nobody else answers: the test is about this model alone."""
    tiny = settings.model_copy(
        update={
            "max_tokens": min(settings.max_tokens, _TEST_TOKENS),
            "timeout_seconds": min(settings.timeout_seconds, _TEST_SECONDS),
            "retries": 0,
            "reasks": 0,
            "fallbacks": (),
        }
    )
    return LLMRequest(
        agent="test",
        purpose="reply",
        messages=_QUESTION,
        response_model=_Greeting,
        facts=None,
        settings=tiny,
        prompt_id="connection-test",
        prompt_hash="",
        tracking_id=new_id(),
    )
