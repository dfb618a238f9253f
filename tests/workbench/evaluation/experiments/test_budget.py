from __future__ import annotations

import asyncio
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.evaluation.experiments.budget import Budget, BudgetExhausted

CENTS = st.integers(0, 60).map(lambda cents: Decimal(cents) / 100)


async def test_a_call_reserves_its_bound_and_settles_for_its_price():
    budget = Budget(Decimal(1), Decimal("0.5"))
    reservation = await budget.reserve(Decimal("0.4"))
    assert (budget.spent_usd, budget.reserved_usd) == (Decimal("0.5"), Decimal("0.4"))
    budget.settle(reservation, Decimal("0.1"))
    budget.settle(reservation, Decimal("0.1"))
    assert (budget.spent_usd, budget.reserved_usd) == (Decimal("0.6"), Decimal(0))


async def test_what_cannot_fit_is_refused_at_once():
    budget = Budget(Decimal(1), Decimal("0.8"))
    with pytest.raises(BudgetExhausted, match=r"0\.20? USD are left"):
        await budget.reserve(Decimal("0.3"))
    assert await budget.reserve(Decimal("0.2"))


async def test_what_may_fit_later_waits_for_a_settlement():
    budget = Budget(Decimal(1))
    first = await budget.reserve(Decimal("0.9"))
    waiting = asyncio.create_task(budget.reserve(Decimal("0.5")))
    await asyncio.sleep(0)
    assert not waiting.done()
    budget.settle(first, Decimal("0.2"))
    assert (await waiting).usd == Decimal("0.5")


async def test_a_waiting_call_is_refused_when_the_money_is_gone():
    budget = Budget(Decimal(1))
    first = await budget.reserve(Decimal("0.9"))
    waiting = asyncio.create_task(budget.reserve(Decimal("0.5")))
    await asyncio.sleep(0)
    budget.settle(first, Decimal("0.9"))
    with pytest.raises(BudgetExhausted):
        await waiting


async def test_without_a_cap_everything_fits():
    budget = Budget(None)
    for _ in range(10):
        await budget.reserve(Decimal(1_000))
    assert budget.reserved_usd == 10_000


@settings(max_examples=60, deadline=None)
@given(cap=CENTS, calls=st.lists(st.tuples(CENTS, st.floats(0, 1)), max_size=40), seed=st.integers(0, 9))
def test_spent_and_reserved_never_exceed_the_cap(cap: Decimal, calls: list[tuple[Decimal, float]], seed: int):
    """Calls side by side, each costing a part of its bound, ending in any order or being cancelled."""
    rng = random.Random(seed)
    budget = Budget(cap)
    refused: list[Decimal] = []

    async def call(bound: Decimal, part: float) -> None:
        try:
            reservation = await budget.reserve(bound)
        except BudgetExhausted:
            refused.append(bound)
            return
        cost = bound
        try:
            for _ in range(rng.randrange(4)):
                await asyncio.sleep(0)
                assert budget.spent_usd + budget.reserved_usd <= cap
            cost = (bound * Decimal(part)).quantize(Decimal("0.0001"))
        finally:
            budget.settle(reservation, min(cost, bound))
            assert budget.spent_usd + budget.reserved_usd <= cap

    async def all_calls() -> None:
        tasks = [asyncio.create_task(call(*each)) for each in calls]
        for task in tasks:
            if rng.random() < 0.1:
                await asyncio.sleep(0)
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(all_calls())
    assert budget.reserved_usd == 0
    assert budget.spent_usd <= cap
    assert all(budget.spent_usd + bound > cap for bound in refused)
