"""How an experiment asks models: metered at the wire, patient in front of it, and never silently without them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot_core.errors import KavakBotError, ModelError, NotMeasured
from bot_core.llm.bounds import most_usd
from bot_core.llm.breaker import BreakerRules
from bot_core.llm.calls import recorded_call
from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMGateway, LLMRequest, LLMResponse, ModelSettings
from bot_core.llm.limits import ModelGates
from bot_core.llm.price_list import Price, own_price
from bot_core.llm.retrying import Backoff
from bot_core.llm.routing import RoutingGateway
from workbench.evaluation.experiments.budget import Budget, BudgetExhausted
from workbench.evaluation.experiments.calls import CaseCalls, current_calls, request_digest

_NEVER = 1 << 30
_RETRIES = 6
_BACKOFF = Backoff(maximum=30.0, longest_retry_after=300.0)
_INFRASTRUCTURE = (
    "ModelNotConfigured",
    "ModelRateLimited",
    "ModelUnavailable",
    "ModelOverloaded",
    "ModelBadRequest",
    "CircuitOpen",
)
"""Failures that say nothing about how well a model answers."""


PriceOf = Callable[[str], Price | None]
"""The listed price of a model by its name; None for one that costs nothing, or is not listed."""


class Stopped(BaseException):
    """No further call is made: the run is to stop. Not an Exception, so that nothing takes it for a failure."""


@dataclass
class Meter:
    """What all calls of one experiment share."""

    budget: Budget
    price_of: PriceOf
    gates: ModelGates
    stopping: bool = False
    over_budget: bool = False
    _under_way: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    prices: dict[str, Price | None] = field(default_factory=dict)

    async def price(self, settings: ModelSettings) -> Price | None:
        """In a thread the first time: the list is long."""
        if own := own_price(settings):
            return own
        model = settings.model
        if model not in self.prices:
            self.prices[model] = await asyncio.to_thread(self.price_of, model)
        return self.prices[model]

    def stop(self) -> None:
        """Calls under way are finished and kept, no new one starts."""
        self.stopping = True

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call under way."""
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until no call is under way: the agents of a turn ask side by side, and one may have raised."""
        if self._under_way:
            await self._idle.wait()


class MeteredGateway:
    """One-call gateway that asks `inner` only for what is not in the call book, and only within the budget."""

    def __init__(self, inner: LLMGateway, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """As `inner`. Raises Stopped when no new call is to be made."""
        calls = current_calls.get()
        if calls is None:
            raise KavakBotError("a model was asked outside of a case")
        digest = request_digest(request)
        known = calls.recall(request, digest)
        if known is not None:
            return known
        meter = self._meter
        most = most_usd(request, await meter.price(request.settings))
        if meter.stopping:
            raise Stopped
        try:
            reservation = await meter.budget.reserve(most)
        except BudgetExhausted:
            meter.over_budget = True
            meter.stop()
            raise Stopped from None
        usd = most
        try:
            with meter.call():
                usd, response = await self._asked(request, calls, digest, most)
        finally:
            meter.budget.settle(reservation, usd)
        if isinstance(response, ModelError):
            raise response
        return response

    async def _asked(
        self, request: LLMRequest[Answer], calls: CaseCalls, digest: str, most: Decimal
    ) -> tuple[Decimal, LLMResponse[Answer] | ModelError]:
        """What it cost, and how it ended. The end is in the call book before anybody sees it."""
        call = calls.started(digest, most)
        try:
            response = await self._inner.complete(request)
        except ModelError as error:
            if error.unseen:
                # The provider may bill an answer that nobody saw the end of; nor does the call book.
                calls.book.note_unseen(most)
                return most, error
            calls.failed(call, digest, error)
            return error.cost_usd, error
        except BaseException:
            calls.book.note_unseen(most)
            raise
        calls.answered(call, digest, response)
        return response.cost_usd, response


class PatientGateway:
    """Routing as in production, except that a model which cannot be reached, or whose provider refuses the request as
    such, makes an error, not the baseline's answer.

    An answer that a model got wrong, or too late, is still the bot's to deal with, as for a customer.
    """

    def __init__(self, *, offline: LLMGateway, remote: LLMGateway, gates: ModelGates) -> None:
        self._routing = RoutingGateway(
            offline=offline,
            remote=remote,
            backoff=_BACKOFF,
            breaker=BreakerRules(failures=_NEVER),
            gates=gates,
        )

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """Raises NotMeasured when no model of the route could be asked."""
        settings = request.settings
        if settings.model == OFFLINE_MODEL:
            return await self._routing.complete(request)
        patient = settings.model_copy(update={"retries": max(settings.retries, _RETRIES)})
        response = await self._routing.complete(replace(request, settings=patient))
        failed = [attempt for attempt in response.attempts if attempt.error]
        if response.fallback and response.model == OFFLINE_MODEL and failed and failed[-1].error in _INFRASTRUCTURE:
            raise NotMeasured(f"{failed[-1].error}: {failed[-1].detail}", hint="the case is counted as an error")
        return response


class ModelOnly:
    """In place of a baseline where there is none: only a model plays customers and judges."""

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        raise NotMeasured(f"{request.agent} needs a model", hint="choose another one than offline")


class NotingGateway:
    """Keeps the calls of a simulated customer's model apart from the bot's."""

    def __init__(self, inner: LLMGateway) -> None:
        self._inner = inner

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        response = await self._inner.complete(request)
        calls = current_calls.get()
        if calls is not None:
            calls.evaluation.append(recorded_call(request, response))
        return response
