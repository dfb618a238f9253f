from __future__ import annotations

import pytest

from bot_core.errors import (
    CircuitOpen,
    ModelBadRequest,
    ModelError,
    ModelInvalidAnswer,
    ModelNotConfigured,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
)
from bot_core.llm.retrying import Backoff, with_retries

CALM = Backoff(initial=1, maximum=3, jitter=0)


class Failing:
    """Fails with the given errors, then answers."""

    def __init__(self, *errors: ModelError) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.waits: list[float] = []

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "hola"

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def run(self, *, retries: int, backoff: Backoff = CALM) -> str:
        return await with_retries(self, retries=retries, backoff=backoff, sleep=self.sleep)


def down() -> ModelUnavailable:
    return ModelUnavailable("down", model="m")


def slow_down(seconds: float | None) -> ModelRateLimited:
    return ModelRateLimited("429", model="m", retry_after=seconds)


async def test_waits_double_up_to_the_longest() -> None:
    calls = Failing(down(), ModelTimeout("slow", model="m"), down(), down())
    assert await calls.run(retries=4) == "hola"
    assert calls.waits == [1, 2, 3, 3]


async def test_jitter_spreads_the_waits() -> None:
    calls = Failing(*(down() for _ in range(8)))
    await calls.run(retries=8, backoff=Backoff(initial=1, maximum=1, jitter=0.5))
    assert all(1 <= wait <= 1.5 for wait in calls.waits)
    assert len(set(calls.waits)) > 1


async def test_retry_after_goes_before_the_own_wait() -> None:
    calls = Failing(slow_down(7.5), slow_down(None))
    assert await calls.run(retries=2) == "hola"
    assert calls.waits == [7.5, 2]


async def test_a_provider_that_asks_for_too_long_is_not_waited_for() -> None:
    calls = Failing(slow_down(21))
    with pytest.raises(ModelRateLimited):
        await calls.run(retries=5)
    assert (calls.calls, calls.waits) == (1, [])


async def test_the_last_error_is_raised_when_the_tries_are_used_up() -> None:
    calls = Failing(down(), slow_down(1), down(), down())
    with pytest.raises(ModelUnavailable):
        await calls.run(retries=2)
    assert calls.calls == 3


@pytest.mark.parametrize(
    "kind", [ModelNotConfigured, ModelBadRequest, ModelRefused, ModelInvalidAnswer, ModelOverloaded, CircuitOpen]
)
async def test_what_will_not_change_is_not_tried_again(kind: type[ModelError]) -> None:
    calls = Failing(kind("no", model="m"))
    with pytest.raises(kind):
        await calls.run(retries=5)
    assert calls.calls == 1
