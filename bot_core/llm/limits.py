"""How many calls a model is given at once and in a minute, and how many may wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from aiolimiter import AsyncLimiter

from bot_core.errors import ModelOverloaded, ModelRateLimited
from bot_core.llm.gateway import ModelSettings

MAX_WAITING = 256
"""Calls that may wait for one model; the next one fails at once, because its turn would be over before it starts."""


LONGEST_PAUSE = 60.0
"""Seconds that a Retry-After may hold back other calls; a provider that asks for more is tried again."""
_HALVED = 0.5
_Model = tuple[str, str | None]
"""Name and server."""


class ModelGate:
    """The queue before one model, in one event loop. Its width follows what the provider bears.

    A rate limit halves it, once for all calls that were under way then, and nothing starts before Retry-After is over;
    each answer widens it again by a part of a call, up to the settings' `max_concurrency`.
    """

    def __init__(self, settings: ModelSettings, *, max_waiting: int) -> None:
        self._model = settings.model
        self._ceiling = float(settings.max_concurrency)
        self._width = self._ceiling
        self._in_use = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._opens_at = 0.0
        self._era = 0
        self._rate = _rate_limiter(settings.requests_per_minute)
        self._max_waiting = max_waiting
        self.waiting = 0

    @property
    def limit(self) -> int:
        """Calls at once, for now."""
        return max(1, int(self._width))

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the model's slots. A cancelled wait leaves the queue. Raises ModelOverloaded."""
        if self._in_use >= self.limit and self.waiting >= self._max_waiting:
            raise ModelOverloaded(
                f"{self.waiting} calls already wait for {self._model}",
                model=self._model,
                hint="raise max_concurrency or send fewer turns at once",
            )
        await self._enter()
        try:
            await self._until_open()
            if self._rate:
                await self._rate.acquire()
            era = self._era
            try:
                yield
            except ModelRateLimited as error:
                self._slow_down(era, error.retry_after)
                raise
            self._speed_up()
        finally:
            self._in_use -= 1
            self._admit()

    async def _enter(self) -> None:
        if self._in_use < self.limit and not self._queue:
            self._in_use += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        self.waiting += 1
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._in_use -= 1
                self._admit()
            elif place in self._queue:
                self._queue.remove(place)
            raise
        finally:
            self.waiting -= 1

    def _admit(self) -> None:
        while self._queue and self._in_use < self.limit:
            place = self._queue.popleft()
            if not place.done():
                self._in_use += 1
                place.set_result(None)

    async def _until_open(self) -> None:
        clock = asyncio.get_running_loop().time
        while (pause := self._opens_at - clock()) > 0:  # noqa: ASYNC110 - another limit may prolong it meanwhile
            await asyncio.sleep(pause)

    def _slow_down(self, era: int, retry_after: float | None) -> None:
        if era == self._era:
            self._era += 1
            self._width = max(1.0, self._width * _HALVED)
        if retry_after:
            self._opens_at = max(self._opens_at, asyncio.get_running_loop().time() + min(retry_after, LONGEST_PAUSE))

    def _speed_up(self) -> None:
        self._width = min(self._ceiling, self._width + 1 / self._width)


class ModelGates:
    """One gate for each server, model and limits, in each event loop: asyncio's primitives belong to one loop.

    The limits are part of it because a process that serves for weeks meets releases with other ones: a release that
    allows more must not stay behind an earlier one's gate. Where all that will be asked is known before, as in an
    experiment, `together` are those settings: each of their models has one gate, as narrow as the narrowest of them.
    """

    def __init__(self, *, max_waiting: int = MAX_WAITING, together: Iterable[ModelSettings] = ()) -> None:
        self._max_waiting = max_waiting
        self._narrowest: dict[_Model, tuple[int, int | None]] = {}
        for settings in together:
            width, rate = self._narrowest.get(_model(settings), (settings.max_concurrency, None))
            rates = [one for one in (rate, settings.requests_per_minute) if one is not None]
            self._narrowest[_model(settings)] = min(width, settings.max_concurrency), min(rates, default=None)
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[object, ...], ModelGate]] = (
            WeakKeyDictionary()
        )

    def of(self, settings: ModelSettings) -> ModelGate:
        gates = self._of_loop.setdefault(asyncio.get_running_loop(), {})
        held = self.held(settings)
        key = (*_model(held), held.max_concurrency, held.requests_per_minute)
        if key not in gates:
            gates[key] = ModelGate(held, max_waiting=self._max_waiting)
        return gates[key]

    def held(self, settings: ModelSettings) -> ModelSettings:
        """With the limits that hold for them."""
        own = settings.max_concurrency, settings.requests_per_minute
        width, rate = self._narrowest.get(_model(settings), own)
        return settings.model_copy(update={"max_concurrency": width, "requests_per_minute": rate})


def _model(settings: ModelSettings) -> _Model:
    return settings.model, settings.api_base


def _rate_limiter(requests_per_minute: int | None) -> AsyncLimiter | None:
    """Bursts of a tenth of the minute's share: a turn's calls pass together, the minute is kept within a tenth."""
    if requests_per_minute is None:
        return None
    burst = max(1.0, requests_per_minute / 10)
    return AsyncLimiter(burst, burst * 60 / requests_per_minute)
