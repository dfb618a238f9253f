"""A model's limits hold for all workers together; who waits too long is answered by code alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import ModelOverloaded
from bot_core.facts.facts import AgentReply, GreetingFacts
from bot_core.llm.gateway import ChatMessage, LLMRequest, LLMResponse, ModelSettings
from channels.observability.metrics import Metrics
from channels.store.store import ChannelStore
from channels.turns.limited import SharedLimitsGateway, limit_name
from channels.turns.pressure import TurnSlots, is_hurried

Worker = Callable[..., SharedLimitsGateway]


class Counting:
    def __init__(self) -> None:
        self.at_once = self.peak = self.calls = 0
        self.open = asyncio.Event()
        self.arrived = asyncio.Condition()

    async def complete(self, request: LLMRequest[Any]) -> LLMResponse[Any]:
        self.calls += 1
        self.at_once += 1
        self.peak = max(self.peak, self.at_once)
        async with self.arrived:
            self.arrived.notify_all()
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1
        return LLMResponse(answer=AgentReply(text="hola"), model=request.settings.model, raw="{}")

    async def wait_for(self, calls: int) -> None:
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(lambda: self.calls >= calls), 10)


@pytest.fixture
def worker(store: ChannelStore) -> Worker:
    def make(inner: Counting, *, longest_wait: float = 20.0) -> SharedLimitsGateway:
        return SharedLimitsGateway(inner, store.slots, store.rates, longest_wait=longest_wait, metrics=Metrics())

    return make


def ask(**settings: Any) -> LLMRequest[Any]:
    return LLMRequest(
        agent="greeting",
        purpose="reply",
        messages=(ChatMessage("user", "hola"),),
        response_model=AgentReply,
        facts=(GreetingFacts(),),
        settings=ModelSettings(model="openai/test", **settings),
        prompt_id="greeting/v001",
        prompt_hash="0",
        tracking_id="t",
    )


async def test_three_workers_together_keep_the_models_limit(worker: Worker):
    model = Counting()
    workers = [worker(model) for _ in range(3)]
    calls = [asyncio.create_task(one.complete(ask(max_concurrency=2))) for one in workers * 4]
    await model.wait_for(2)
    model.open.set()
    await asyncio.gather(*calls)
    assert (model.calls, model.peak) == (12, 2)


async def test_who_waits_too_long_is_told_so(worker: Worker, store: ChannelStore):
    model = Counting()
    stuck = asyncio.create_task(worker(model).complete(ask(max_concurrency=1)))
    await model.wait_for(1)
    with pytest.raises(ModelOverloaded):
        await worker(model, longest_wait=0.05).complete(ask(max_concurrency=1))
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    assert store.slots.held(limit_name(ask().settings)) == 0, "a cancelled call gives its slot back"


async def test_the_minute_is_shared_too(worker: Worker):
    model = Counting()
    model.open.set()
    one, other = worker(model, longest_wait=0.05), worker(model, longest_wait=0.05)
    await one.complete(ask(requests_per_minute=6))
    with pytest.raises(ModelOverloaded):
        await other.complete(ask(requests_per_minute=6))
    assert model.calls == 1


async def test_what_a_process_holds_is_renewed(worker: Worker, store: ChannelStore):
    model = Counting()
    gateway = worker(model)
    call = asyncio.create_task(gateway.complete(ask()))
    await model.wait_for(1)
    renewed: list[set[str]] = []
    stop = threading.Event()

    def keep(holders: set[str]) -> None:
        renewed.append(holders)
        stop.set()

    store.slots.keep = keep  # type: ignore[method-assign,assignment]
    await asyncio.to_thread(gateway.keep, stop, every=0.01)
    assert [len(holders) for holders in renewed] == [1]
    model.open.set()
    await call


async def test_a_turn_that_waited_too_long_is_hurried(worker: Worker):
    slots = TurnSlots(1, patience=0.0)
    inside, leave = asyncio.Event(), asyncio.Event()

    async def first() -> bool:
        async with slots.one():
            inside.set()
            await leave.wait()
            return is_hurried()

    async def second() -> bool:
        await inside.wait()
        async with slots.one() as waited:
            assert waited > 0
            with pytest.raises(ModelOverloaded):
                await worker(Counting()).complete(ask())
            return is_hurried()

    late = asyncio.create_task(second())
    early = asyncio.create_task(first())
    await inside.wait()
    await asyncio.sleep(0)
    leave.set()
    assert await late
    await early
    assert not is_hurried()


def test_a_model_on_two_servers_is_two(tmp_path: Path):
    here = ModelSettings(model="openai/x", api_base="http://127.0.0.1:1/v1")
    there = ModelSettings(model="openai/x", api_base="http://127.0.0.1:2/v1")
    assert limit_name(here) != limit_name(there)
