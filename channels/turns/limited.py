"""A model's limits, kept by all workers together."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bot_core.errors import ModelOverloaded, StoreError
from bot_core.llm.gateway import Answer, LLMGateway, LLMRequest, LLMResponse, ModelSettings
from channels.observability.logs import log
from channels.observability.metrics import Metrics
from channels.store.limits import ModelSlots, Rates
from channels.turns.pressure import is_hurried

_FIRST_PAUSE, _LONGEST_PAUSE = 0.03, 0.3
_log = log(__name__)


class SharedLimitsGateway:
    """One call at a time goes through `inner` for each slot of its model; `max_concurrency` and `requests_per_minute`
    of the release hold for the sum of all worker processes.

    Raises what `inner` raises, ModelOverloaded after `longest_wait` seconds without a place, and StoreError when the
    database that counts cannot be asked.
    """

    def __init__(
        self, inner: LLMGateway, slots: ModelSlots, rates: Rates, *, longest_wait: float, metrics: Metrics
    ) -> None:
        self._inner = inner
        self._slots = slots
        self._rates = rates
        self._longest_wait = longest_wait
        self._metrics = metrics
        self._held: set[str] = set()
        self._lock = threading.Lock()

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        settings = request.settings
        name = limit_name(settings)
        if is_hurried():
            raise _overloaded(settings, "the turns queue")
        until = time.monotonic() + self._longest_wait
        async with self._slot(name, settings, until):
            await self._distance(name, settings, until)
            with self._metrics.model_calls_open.labels(settings.model).track_inprogress():
                return await self._inner.complete(request)

    def keep(self, stop: threading.Event, *, every: float) -> None:
        """Until `stop`: renew what this process holds."""
        while not stop.wait(every):
            with self._lock:
                held = set(self._held)
            try:
                self._slots.keep(held)
            except StoreError as error:
                _log.warning("slots_not_renewed", error=type(error).__name__)

    @asynccontextmanager
    async def _slot(self, name: str, settings: ModelSettings, until: float) -> AsyncIterator[None]:
        holder = await self._taken(name, settings, until)
        with self._lock:
            self._held.add(holder)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(holder)
            # A cancelled turn gives its slot back too.
            await asyncio.shield(asyncio.to_thread(self._give_back, holder))

    async def _taken(self, name: str, settings: ModelSettings, until: float) -> str:
        pause = _FIRST_PAUSE
        while True:
            holder = await asyncio.to_thread(self._slots.take, name, limit=settings.max_concurrency)
            if holder:
                return holder
            if time.monotonic() >= until:
                raise _overloaded(settings, f"no free slot in {self._longest_wait:g} s")
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    async def _distance(self, name: str, settings: ModelSettings, until: float) -> None:
        if settings.requests_per_minute is None:
            return
        wait = await asyncio.to_thread(
            self._rates.reserve,
            name,
            per_second=settings.requests_per_minute / 60,
            # A turn's calls pass together; the minute is kept within a tenth.
            burst=max(1, settings.requests_per_minute // 10),
            longest_wait=max(until - time.monotonic(), 0.0),
        )
        if wait is None:
            raise _overloaded(settings, f"{settings.requests_per_minute} requests a minute are used up")
        await asyncio.sleep(wait)

    def _give_back(self, holder: str) -> None:
        try:
            self._slots.give_back(holder)
        except StoreError as error:
            # Its lease ends by itself.
            _log.warning("slot_not_given_back", error=type(error).__name__)


def limit_name(settings: ModelSettings) -> str:
    """A model on a server: what the limits are counted for."""
    host = urlsplit(settings.api_base).netloc if settings.api_base else ""
    return f"model:{settings.model}@{host}"[:128]


def _overloaded(settings: ModelSettings, why: str) -> ModelOverloaded:
    return ModelOverloaded(f"{settings.model}: {why}", model=settings.model, hint="see max_concurrency of the release")
