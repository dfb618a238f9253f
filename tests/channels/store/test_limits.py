"""Limits that several processes share: counted in the database, on both of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from channels.store.limits import ModelSlots
from channels.store.store import ChannelStore


def test_places_are_handed_out_at_the_rate(store: ChannelStore):
    waits = [store.rates.reserve("sends", per_second=10) for _ in range(5)]
    for number, wait in enumerate(waits):
        assert wait is not None
        assert number * 0.1 - 0.5 < wait <= number * 0.1


def test_a_burst_need_not_wait_what_follows_does(store: ChannelStore):
    waits = [store.rates.reserve("calls", per_second=1, burst=3) or 0.0 for _ in range(5)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 0 < waits[3] <= 1
    assert 1 < waits[4] <= 2


def test_who_will_not_wait_takes_no_place(store: ChannelStore):
    assert store.rates.reserve("calls", per_second=0.01) == 0.0
    assert store.rates.reserve("calls", per_second=0.01, longest_wait=5) is None
    assert 50 < (store.rates.reserve("calls", per_second=0.01) or 0.0) <= 100


def test_a_pause_holds_for_everybody(store: ChannelStore):
    store.rates.hold("sends", seconds=30)
    assert 25 < (store.rates.reserve("sends", per_second=1000) or 0.0) <= 30
    assert store.rates.reserve("other", per_second=1000) == 0.0


def test_many_at_once_get_different_places(store: ChannelStore):
    with ThreadPoolExecutor(8) as pool:
        waits = sorted(pool.map(lambda _: store.rates.reserve("sends", per_second=0.1) or 0.0, range(16)))
    # Ten seconds apart, less the moments between the calls.
    assert all(later - earlier > 5 for earlier, later in pairwise(waits))


def test_no_more_slots_than_the_limit_however_many_ask(store: ChannelStore):
    with ThreadPoolExecutor(8) as pool:
        taken = [holder for holder in pool.map(lambda _: store.slots.take("model", limit=3), range(24)) if holder]
    assert len(taken) <= 3
    while store.slots.take("model", limit=3):
        taken.append("more")
    assert len(taken) == 3
    assert store.slots.held("model") == 3
    assert store.slots.take("another model", limit=1)


def test_a_slot_given_back_is_free_at_once(store: ChannelStore):
    holder = store.slots.take("model", limit=1)
    assert holder
    assert store.slots.take("model", limit=1) is None
    store.slots.give_back(holder)
    assert store.slots.take("model", limit=1)


def test_a_dead_workers_slot_is_free_when_its_lease_is_over(store: ChannelStore):
    dead = ModelSlots(store.database, lease_seconds=-1)
    ghost = dead.take("model", limit=1)
    assert ghost
    mine = store.slots.take("model", limit=1)
    assert mine
    dead.give_back(ghost)
    assert store.slots.held("model") == 1, "what the ghost gives back is not the slot of who came after"


def test_a_lease_that_is_kept_lasts(store: ChannelStore):
    short = ModelSlots(store.database, lease_seconds=-1)
    holder = short.take("model", limit=1)
    assert holder
    store.slots.keep([holder])
    assert store.slots.take("model", limit=1) is None


def test_a_worker_that_is_back_frees_what_its_last_life_held(store: ChannelStore):
    before, other, after = (ModelSlots(store.database, lease_seconds=60) for _ in range(3))
    before.begin("machine-1")
    other.begin("machine-2")
    assert before.take("model", limit=2)
    assert other.take("model", limit=2)
    assert after.begin("machine-1") == 1
    assert store.slots.held("model") == 1
    assert after.take("model", limit=2)
