"""The gateways that make record and replay work through the same code that calls a model."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot_core.errors import ModelError
from bot_core.llm.breaker import BreakerRules
from bot_core.llm.cassettes.context import current_call, open_cassette
from bot_core.llm.cassettes.opening import Opened
from bot_core.llm.cassettes.recorder import CassetteRecorder
from bot_core.llm.gateway import Answer, LLMGateway, LLMRequest, LLMResponse
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.retrying import Backoff
from bot_core.llm.routing import RoutingGateway

REPLAY_KEY = "replayed-without-a-key"
_NEVER = 1 << 30
_AT_ONCE = 64
"""Replayed calls under way for each model; more would only wait for the processor."""


class CassetteGateway:
    """One-call gateway that says which agent and prompt version each exchange belongs to. No cassette: no effect."""

    def __init__(self, inner: LLMGateway) -> None:
        self._inner = inner

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """As `inner`; raises StaleCassette instead of the ModelError that hides it."""
        cassette = open_cassette.get()
        if not isinstance(cassette, Opened):
            return await self._inner.complete(request)
        call = cassette.begin(request)
        token = current_call.set(call)
        try:
            return await self._inner.complete(request)
        except ModelError as error:
            if isinstance(cassette, CassetteRecorder):
                cassette.failed(call, error)
            if call.stale is not None:
                raise call.stale from None
            raise
        except asyncio.CancelledError:
            if isinstance(cassette, CassetteRecorder):
                cassette.cancelled(call)
            raise
        finally:
            current_call.reset(token)


class ReplayGateway:
    """Routing as in production, but for a replay: no key, no waits, no limit, and no breaker.

    A breaker or a rate limit is shared between cases, and results must not depend on what else runs.
    """

    def __init__(self, *, offline: LLMGateway) -> None:
        self._routing = RoutingGateway(
            offline=offline,
            remote=CassetteGateway(LiteLLMGateway(key=REPLAY_KEY)),
            backoff=Backoff(initial=0, maximum=0, jitter=0),
            breaker=BreakerRules(failures=_NEVER),
            max_waiting=_NEVER,
            sleep=_no_wait,
        )

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """The recorded answer. Raises StaleCassette for a request that was not recorded."""
        changes = {"requests_per_minute": None, "max_concurrency": _AT_ONCE}
        return await self._routing.complete(replace(request, settings=request.settings.model_copy(update=changes)))


def recording_gateway(*, offline: LLMGateway) -> RoutingGateway:
    """Routing to real models whose exchanges an open CassetteRecorder writes down.

    No breaker: it would let the baseline answer for the model in the cases after a failure.
    """
    return RoutingGateway(
        offline=offline, remote=CassetteGateway(LiteLLMGateway()), breaker=BreakerRules(failures=_NEVER)
    )


async def _no_wait(_seconds: float) -> None:
    return None
