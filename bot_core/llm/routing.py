"""Which model answers a request: the release's choice, its fallbacks in order, the offline baseline last."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot_core.errors import ModelError, ModelOverloaded
from bot_core.llm.breaker import BreakerRules, CircuitBreaker, is_outage
from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMGateway, LLMRequest, LLMResponse, ModelSettings
from bot_core.llm.limits import MAX_WAITING, ModelGates
from bot_core.llm.retrying import Backoff, Sleep, with_retries
from bot_core.llm.spending import Spent, spent_by
from bot_core.trace import Attempt

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Record:
    """What a request has cost so far, over all its attempts."""

    started: float = field(default_factory=time.perf_counter)
    attempts: list[Attempt] = field(default_factory=list)
    failed: Spent = field(default_factory=Spent)

    def failure(self, model: str, error: ModelError, seconds: float) -> None:
        self.attempts.append(Attempt(model=model, error=type(error).__name__, detail=str(error), seconds=seconds))
        self.failed += spent_by(error)

    def charged(self, error: ModelError) -> ModelError:
        """`error` as the end of the route: it carries what all attempts have used."""
        error.input_tokens, error.output_tokens = self.failed.usage.input_tokens, self.failed.usage.output_tokens
        error.cost_usd = self.failed.cost_usd
        return error

    def onto(self, response: LLMResponse[Answer], *, fallback: bool) -> LLMResponse[Answer]:
        return replace(
            response,
            usage=response.usage + self.failed.usage,
            cost_usd=response.cost_usd + self.failed.cost_usd,
            seconds=time.perf_counter() - self.started,
            attempts=(*self.attempts, *response.attempts),
            fallback=fallback,
        )


class RoutingGateway:
    """Retries, limits, breaker and fallbacks around one-call gateways. Share one among all turns of a process."""

    def __init__(
        self,
        *,
        offline: LLMGateway,
        remote: LLMGateway,
        backoff: Backoff | None = None,
        breaker: BreakerRules | None = None,
        max_waiting: int = MAX_WAITING,
        gates: ModelGates | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`gates` are given when several gateways share the models' limits."""
        self._offline = offline
        self._remote = remote
        self._backoff = backoff or Backoff()
        self._breaker_rules = breaker or BreakerRules()
        self._breakers: dict[tuple[str, str | None], CircuitBreaker] = {}
        self._breakers_lock = threading.Lock()
        self._gates = gates or ModelGates(max_waiting=max_waiting)
        self._sleep = sleep

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """An answer, from the baseline in the worst case; `attempts`, usage and cost cover everything tried.

        Raises ModelError only for a request without facts, which the baseline cannot answer.
        """
        if request.settings.model == OFFLINE_MODEL:
            return await self._offline.complete(request)
        record = _Record()
        failure: ModelError | None = None
        for settings in route(request.settings):
            try:
                response = await self._with_retries(replace(request, settings=settings), record)
            except ModelError as error:
                _log.warning("%s: %s", request.tracking_id, error)
                failure = error
                continue
            return record.onto(response, fallback=settings is not request.settings)
        if failure and request.facts is None:
            raise record.charged(failure)
        answer = await self._offline.complete(replace(request, settings=ModelSettings()))
        return record.onto(answer, fallback=True)

    def breaker_of(self, settings: ModelSettings) -> CircuitBreaker:
        key = (settings.model, settings.api_base)
        with self._breakers_lock:
            if key not in self._breakers:
                self._breakers[key] = CircuitBreaker(settings.model, self._breaker_rules)
            return self._breakers[key]

    async def _with_retries(self, request: LLMRequest[Answer], record: _Record) -> LLMResponse[Answer]:
        async def attempt() -> LLMResponse[Answer]:
            return await self._attempt(request, record)

        return await with_retries(attempt, retries=request.settings.retries, backoff=self._backoff, sleep=self._sleep)

    async def _attempt(self, request: LLMRequest[Answer], record: _Record) -> LLMResponse[Answer]:
        """One try: not while the breaker is open, not without a slot. A wait between tries holds no slot."""
        started = time.perf_counter()
        try:
            self.breaker_of(request.settings).check()
            async with self._gates.of(request.settings).slot():
                started = time.perf_counter()
                return await self._guarded(request)
        except ModelError as error:
            record.failure(request.settings.model, error, time.perf_counter() - started)
            raise

    async def _guarded(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        breaker = self.breaker_of(request.settings)
        permit = breaker.admit()
        ok: bool | None = None
        try:
            response = await self._remote.complete(request)
            ok = True
        except ModelError as error:
            # Our own limits tell nothing about the model.
            ok = None if isinstance(error, ModelOverloaded) else not is_outage(error)
            raise
        except asyncio.CancelledError:
            ok = False if _missed(request) else None
            raise
        finally:
            # A call that tells nothing about the model must give its probe back too.
            breaker.record(permit, ok=ok)
        return response


def _missed(request: LLMRequest[Answer]) -> bool:
    """The turn's time ran out while the model thought: as good as a time-out. Other cancellations tell nothing."""
    return request.deadline is not None and asyncio.get_running_loop().time() >= request.deadline


def route(settings: ModelSettings) -> Iterator[ModelSettings]:
    """The models to ask in order. A fallback is asked at its provider's own address with its usual key.

    Address, key and further parameters were chosen for the first model and do not fit another.
    """
    yield settings
    for name in settings.fallbacks:
        if name == OFFLINE_MODEL:
            return
        yield settings.model_copy(
            update={"model": name, "api_base": None, "api_key_env": None, "params": {}, "fallbacks": ()}
        )
