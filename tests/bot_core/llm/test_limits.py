from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot_core.errors import ModelOverloaded
from bot_core.llm.gateway import ModelSettings
from bot_core.llm.limits import ModelGate, ModelGates


def gate(concurrency: int = 1, *, waiting: int = 10, rpm: int | None = None) -> ModelGate:
    settings = ModelSettings(model="m", max_concurrency=concurrency, requests_per_minute=rpm)
    return ModelGate(settings, max_waiting=waiting)


async def spin(times: int = 20) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def test_one_call_too_many_in_the_queue_fails_at_once() -> None:
    busy = gate(1, waiting=2)
    async with busy.slot():
        queued = [asyncio.create_task(enter(busy)) for _ in range(2)]
        await spin()
        with pytest.raises(ModelOverloaded, match="2 calls already wait for m"):
            async with busy.slot():
                raise AssertionError("no slot was free")
    assert await asyncio.gather(*queued) == ["in", "in"]


async def test_a_cancelled_wait_leaves_the_queue_and_a_cancelled_call_its_slot() -> None:
    busy = gate(1, waiting=1)
    holding = asyncio.create_task(enter(busy, forever=True))
    await spin()
    waiting = asyncio.create_task(enter(busy))
    await spin()
    assert busy.waiting == 1
    waiting.cancel()
    await spin()
    assert busy.waiting == 0
    holding.cancel()
    await spin()
    assert await asyncio.wait_for(enter(busy), 1) == "in"


async def enter(to: ModelGate, *, forever: bool = False) -> str:
    async with to.slot():
        if forever:
            await asyncio.Event().wait()
        return "in"


@settings(max_examples=60, deadline=None)
@given(
    concurrency=st.integers(1, 4),
    waiting=st.integers(0, 5),
    steps=st.lists(st.tuples(st.sampled_from(["start", "finish", "cancel"]), st.integers(0, 9)), max_size=40),
)
def test_any_order_of_calls_ends_and_cancellations_keeps_both_bounds(
    concurrency: int, waiting: int, steps: list[tuple[str, int]]
) -> None:
    asyncio.run(play(concurrency, waiting, steps))


async def play(concurrency: int, waiting: int, steps: list[tuple[str, int]]) -> None:
    tested = gate(concurrency, waiting=waiting)
    inside: dict[asyncio.Task[None], asyncio.Event] = {}
    tasks: list[asyncio.Task[None]] = []

    async def call() -> None:
        async with tested.slot():
            task = asyncio.current_task()
            assert task is not None
            inside[task] = asyncio.Event()
            try:
                await inside[task].wait()
            finally:
                del inside[task]

    for action, which in steps:
        alive = [task for task in tasks if not task.done()]
        if action == "start":
            full = len(inside) == concurrency and tested.waiting >= waiting
            task = asyncio.create_task(call())
            tasks.append(task)
            await spin()
            assert full == (task.done() and isinstance(task.exception(), ModelOverloaded))
        elif action == "finish" and inside:
            list(inside.values())[which % len(inside)].set()
        elif action == "cancel" and alive:
            alive[which % len(alive)].cancel()
        await spin()
        assert len(inside) <= concurrency
        assert tested.waiting <= waiting
        assert tested.waiting == 0 or len(inside) == concurrency, "nobody waits beside a free slot"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await asyncio.wait_for(enter(tested), 1) == "in", "every slot came back"


async def test_requests_in_a_minute_pass_in_bursts_of_a_tenth() -> None:
    limited = gate(100, rpm=100)
    done = [asyncio.create_task(enter(limited)) for _ in range(20)]
    await spin(200)
    assert sum(task.done() for task in done) == 10
    for task in done:
        task.cancel()
    await asyncio.gather(*done, return_exceptions=True)


async def test_a_gate_is_shared_by_model_and_limits_only() -> None:
    gates = ModelGates()
    one = ModelSettings(model="m", temperature=0.1)
    assert gates.of(one) is gates.of(ModelSettings(model="m", temperature=0.9))
    assert gates.of(one) is not gates.of(ModelSettings(model="m", max_concurrency=2))
    assert gates.of(one) is not gates.of(ModelSettings(model="m", api_base="http://127.0.0.1:1/v1"))


def test_each_event_loop_has_its_own_gate() -> None:
    gates, settings = ModelGates(), ModelSettings(model="m", max_concurrency=1, requests_per_minute=6000)

    async def contend() -> int:
        async def one() -> None:
            async with gates.of(settings).slot():
                await asyncio.sleep(0)

        await asyncio.gather(*(one() for _ in range(5)))
        return id(gates.of(settings))

    asyncio.run(contend())
    asyncio.run(contend())
