"""How many calls a model is given at once and in a minute, and how many may wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from aiolimiter import AsyncLimiter

from bot_core.errors import ModelOverloaded
from bot_core.llm.gateway import ModelSettings

MAX_WAITING = 256
"""Calls that may wait for one model; the next one fails at once, because its turn would be over before it starts."""


class ModelGate:
    """The queue before one model, in one event loop."""

    def __init__(self, settings: ModelSettings, *, max_waiting: int) -> None:
        self._model = settings.model
        self._slots = asyncio.Semaphore(settings.max_concurrency)
        self._rate = _rate_limiter(settings.requests_per_minute)
        self._max_waiting = max_waiting
        self.waiting = 0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the model's slots. A cancelled wait leaves the queue. Raises ModelOverloaded."""
        if self._slots.locked() and self.waiting >= self._max_waiting:
            raise ModelOverloaded(
                f"{self.waiting} calls already wait for {self._model}",
                model=self._model,
                hint="raise max_concurrency or send fewer turns at once",
            )
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        try:
            if self._rate:
                await self._rate.acquire()
            yield
        finally:
            self._slots.release()


class ModelGates:
    """One gate for each server, model and limits, in each event loop: asyncio's primitives belong to one loop."""

    def __init__(self, *, max_waiting: int = MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[object, ...], ModelGate]] = (
            WeakKeyDictionary()
        )

    def of(self, settings: ModelSettings) -> ModelGate:
        gates = self._of_loop.setdefault(asyncio.get_running_loop(), {})
        key = (settings.model, settings.api_base, settings.max_concurrency, settings.requests_per_minute)
        if key not in gates:
            gates[key] = ModelGate(settings, max_waiting=self._max_waiting)
        return gates[key]


def _rate_limiter(requests_per_minute: int | None) -> AsyncLimiter | None:
    """Bursts of a tenth of the minute's share: a turn's calls pass together, the minute is kept within a tenth."""
    if requests_per_minute is None:
        return None
    burst = max(1.0, requests_per_minute / 10)
    return AsyncLimiter(burst, burst * 60 / requests_per_minute)
