"""When a failed call is tried again, and after how long: the only place that retries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from bot_core.errors import ModelRateLimited, ModelTimeout, ModelUnavailable

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits in seconds: they double from `initial` to `maximum`, plus up to `jitter`; Retry-After takes their place."""

    initial: float = 0.5
    maximum: float = 8.0
    jitter: float = 0.5
    longest_retry_after: float = 20.0
    """A provider that asks for more is not waited for: the next model of the route answers."""

    def worth_another_try(self, error: BaseException) -> bool:
        if isinstance(error, ModelRateLimited):
            return error.retry_after is None or error.retry_after <= self.longest_retry_after
        return isinstance(error, ModelTimeout | ModelUnavailable)

    def wait(self, state: RetryCallState) -> float:
        spread = wait_random(0, self.jitter)(state)
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ModelRateLimited) and error.retry_after is not None:
            return error.retry_after + spread
        return wait_exponential(multiplier=self.initial, max=self.maximum)(state) + spread


async def with_retries(
    call: Callable[[], Awaitable[T]], *, retries: int, backoff: Backoff, sleep: Sleep = asyncio.sleep
) -> T:
    """The result of `call`, made up to 1 + `retries` times. Raises the last ModelError."""
    async for attempt in AsyncRetrying(
        stop=stop_after_attempt(1 + retries),
        retry=retry_if_exception(backoff.worth_another_try),
        wait=backoff.wait,
        sleep=sleep,
        reraise=True,
    ):
        with attempt:
            result = await call()
        if attempt.retry_state.outcome and not attempt.retry_state.outcome.failed:
            return result
    raise AssertionError("tenacity ends with a result or an error")
