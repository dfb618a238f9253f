from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot_core.errors import ModelOverloaded, ModelRateLimited
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


async def test_what_is_asked_together_shares_one_gate_as_narrow_as_the_narrowest() -> None:
    bot = ModelSettings(model="m", max_concurrency=2)
    judge = ModelSettings(model="m", max_concurrency=8, requests_per_minute=600, temperature=0)
    elsewhere = ModelSettings(model="m", api_base="http://127.0.0.1:1/v1", max_concurrency=5)
    gates = ModelGates(together=[judge, bot, elsewhere, ModelSettings(model="m", requests_per_minute=60)])
    assert gates.of(bot) is gates.of(judge) is not gates.of(elsewhere)
    assert (gates.of(judge).limit, gates.of(elsewhere).limit) == (2, 5)
    assert gates.held(bot).requests_per_minute == gates.held(judge).requests_per_minute == 60
    unknown = ModelSettings(model="other", max_concurrency=3)
    assert gates.held(unknown) == unknown and gates.of(unknown).limit == 3


def test_each_event_loop_has_its_own_gate() -> None:
    gates, settings = ModelGates(), ModelSettings(model="m", max_concurrency=1, requests_per_minute=6000)

    async def contend() -> ModelGate:
        async def one() -> None:
            async with gates.of(settings).slot():
                await asyncio.sleep(0)

        await asyncio.gather(*(one() for _ in range(5)))
        return gates.of(settings)

    first, second = asyncio.run(contend()), asyncio.run(contend())
    assert first is not second
    assert first.limit == second.limit == 1


async def limited(gate: ModelGate, retry_after: float | None = None) -> None:
    with pytest.raises(ModelRateLimited):
        async with gate.slot():
            raise ModelRateLimited("slow down", model="m", retry_after=retry_after)


async def test_a_rate_limit_halves_the_width_and_answers_widen_it_again() -> None:
    narrowed = gate(16)
    await limited(narrowed)
    assert narrowed.limit == 8
    await limited(narrowed)
    assert narrowed.limit == 4
    for _ in range(4):
        await enter(narrowed)
    assert narrowed.limit == 4
    await enter(narrowed)
    assert narrowed.limit == 5
    for _ in range(200):
        await enter(narrowed)
    assert narrowed.limit == 16


async def test_calls_that_were_under_way_together_halve_it_once() -> None:
    narrowed = gate(8)
    start = asyncio.Event()

    async def refused() -> None:
        async with narrowed.slot():
            await start.wait()
            raise ModelRateLimited("slow down", model="m")

    calls = [asyncio.create_task(refused()) for _ in range(8)]
    await spin()
    start.set()
    await asyncio.gather(*calls, return_exceptions=True)
    assert narrowed.limit == 4


async def test_one_call_always_passes() -> None:
    narrowed = gate(1)
    for _ in range(5):
        await limited(narrowed)
    assert narrowed.limit == 1
    assert await asyncio.wait_for(enter(narrowed), 1) == "in"


async def test_no_call_starts_before_retry_after_is_over() -> None:
    paused = gate(4)
    await limited(paused, retry_after=0.05)
    clock = asyncio.get_running_loop().time
    started = clock()
    assert [*await asyncio.gather(enter(paused), enter(paused))] == ["in", "in"]
    assert clock() - started >= 0.04


async def test_a_narrowed_gate_lets_no_more_in_than_its_width() -> None:
    narrowed = gate(8)
    await limited(narrowed)
    peak = inside = 0

    async def call() -> None:
        nonlocal peak, inside
        async with narrowed.slot():
            inside += 1
            peak = max(peak, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(call() for _ in range(12)))
    assert peak <= 6
