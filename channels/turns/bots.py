"""The bot of the release that is served: a new one is picked up within seconds, a turn keeps the one it began with."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot_core.llm.gateway import OFFLINE_MODEL, LLMGateway
from bot_core.llm.litellm_client import litellm_client
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.routing import RoutingGateway
from bot_core.orchestrator import OrchestrationService
from bot_core.releases.source import ReleaseSource
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from channels.crashing import CrashPoints
from channels.observability.metrics import Metrics
from channels.observability.traces import NoTraces, Traces
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from channels.turns.limited import SharedLimitsGateway
from channels.turns.questions import CachingGateway, open_questions
from channels.turns.recorded import RecordedGateway
from channels.turns.serving import check_split, servable
from channels.turns.traced import TracedGateway

FRESH_SECONDS = 2.0
_MOST_BOTS = 8


class Bots:
    """One factory for the process, one bot for each release in use."""

    def __init__(
        self,
        factory: BotFactory,
        releases: ReleaseSource,
        *,
        split: Mapping[str, int] | None = None,
        pinned: str | None = None,
        limits: SharedLimitsGateway | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        """What this process holds of the models' shared limits."""
        self._factory = factory
        self._releases = releases
        self._split = dict(split or {})
        self._pinned = pinned
        self._clock = clock
        self._built: dict[str, OrchestrationService] = {}
        self._lock = threading.Lock()
        self._current: tuple[float, str] | None = None

    def release_for(self, conversation_id: str) -> str:
        """The release of a turn that begins now. Raises ConfigurationError or StoreError."""
        if self._split:
            return share_of(conversation_id, self._split)
        return self._pinned or self._promoted()

    def of(self, release_id: str) -> OrchestrationService:
        """Raises ConfigurationError for an unknown release or one whose guardrails are off."""
        with self._lock:
            bot = self._built.get(release_id)
            if bot is None:
                release = servable(self._releases, release_id)
                if len(self._built) >= _MOST_BOTS:
                    self._built.pop(next(iter(self._built)))
                bot = self._built[release_id] = self._factory.build(release)
        return bot

    def warm_up(self) -> None:
        """Build the served bots and load what their models need, before a customer waits for it. Raises UserError."""
        check_split(self._releases, self._split)
        bots = [self.of(release_id) for release_id in self._split or (self.release_for(""),)]
        if any(asks_models(bot) for bot in bots):
            asyncio.run(litellm_client())

    def _promoted(self) -> str:
        now = self._clock()
        if self._current is None or now - self._current[0] > FRESH_SECONDS:
            self._current = (now, self._releases.current().release_id)
        return self._current[1]


def asks_models(bot: OrchestrationService) -> bool:
    """False when code alone answers, at once."""
    return any(agent.settings.model != OFFLINE_MODEL for agent in bot.release.agents.values())


def share_of(conversation_id: str, split: Mapping[str, int]) -> str:
    """The same conversation always meets the same release, in every process."""
    digest = hashlib.sha256(conversation_id.encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") % max(sum(split.values()), 1)
    for release_id, share in sorted(split.items()):
        if drawn < share:
            return release_id
        drawn -= share
    return sorted(split)[-1]


def open_bots(
    settings: ChannelSettings,
    store: ChannelStore,
    core: Settings,
    *,
    metrics: Metrics,
    traces: Traces | None = None,
    crashes: CrashPoints | None = None,
) -> Bots:
    """The composition root of the worker's bot. Raises UserError for the catalogue, the knowledge or a release.

    A call goes: answered before (cache) → route, retries, breaker → a place at the model (shared limits) → answered
    before the kill (record) → the model. The record is inside: an answer is kept before anything else is done.
    """
    base = BotFactory(settings=core)
    model = TracedGateway(LiteLLMGateway(key_envs=core.model_key_envs), traces or NoTraces())
    limits = SharedLimitsGateway(
        RecordedGateway(model, store.turns, crashes or CrashPoints()),
        store.slots,
        store.rates,
        longest_wait=settings.model_wait_seconds,
        metrics=metrics,
    )
    gateway: LLMGateway = RoutingGateway(offline=base.baseline, remote=limits)
    if settings.answer_cache_hours:
        keep = timedelta(hours=settings.answer_cache_hours)
        gateway = CachingGateway(gateway, open_questions(base), store.answers, keep=keep, metrics=metrics)
    factory = BotFactory(
        settings=core,
        catalog=base.catalog,
        knowledge=base.knowledge,
        prompts=store.core.prompts,
        leads=store.core.leads,
        gateway=gateway,
    )
    return Bots(factory, store.core.releases, split=settings.split, pinned=core.release, limits=limits)
