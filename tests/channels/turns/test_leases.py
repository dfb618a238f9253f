"""One worker at a time for a customer: who holds the lease thinks, who has lost it writes and sends nothing."""

from __future__ import annotations

import asyncio

from channels.store.records import InboundState
from channels.texts import notice
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot

NOTICE = notice("")


async def test_two_workers_never_think_for_one_customer_at_once(channel: Channel):
    others_are_done = asyncio.Event()

    async def pause(_messages: object) -> None:
        await asyncio.wait_for(others_are_done.wait(), 10)

    bot = SlowBot(pause)
    workers = [Channel(channel.settings, channel.core, channel.store, channel.twilio, bot) for _ in range(5)]
    customer_id = channel.receive("uno")
    serving = [asyncio.create_task(one.serve(customer_id, f"worker {n}")) for n, one in enumerate(workers)]
    done: set[asyncio.Task[str]] = set()
    while len(done) < 4:
        await asyncio.wait([task for task in serving if task not in done], return_when=asyncio.FIRST_COMPLETED)
        done = {task for task in serving if task.done()}
    assert {task.result() for task in done} == {"busy"}
    others_are_done.set()
    assert sorted(await asyncio.gather(*serving)) == ["busy"] * 4 + ["rested"]
    assert (bot.peak, len(bot.turns)) == (1, 1)


async def test_within_one_worker_a_second_ring_waits_for_the_first(channel: Channel):
    bot = SlowBot()
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    outcomes = await asyncio.gather(*(channel.serve(customer_id, f"ring {n}") for n in range(5)))
    assert set(outcomes) == {"rested"}
    assert len(bot.turns) == 1


async def test_a_run_that_goes_on_after_its_lease_is_over_is_safe_from_the_first_step_on(channel: Channel):
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "killed and recovered", -1)
    assert fence is not None
    with channel.store.people.fenced(customer_id, fence):
        pass
    assert channel.store.people.claim(customer_id, "another worker", 60) is None


async def test_who_lost_the_lease_writes_and_sends_nothing(channel: Channel):
    def somebody_takes_over(_messages: object) -> None:
        channel.store.people.renew(["a worker"], -1)
        assert channel.store.people.claim(customer_id, "another worker", 60) is not None

    channel.bots = SlowBot(somebody_takes_over)
    channel.__post_init__()
    customer_id = channel.receive("uno")
    assert await channel.serve(customer_id) == "lost"
    assert channel.twilio.outbound == []
    assert channel.states(customer_id) == [(InboundState.RECEIVED, "")]


async def test_a_finished_turn_of_a_dead_worker_is_sent_not_thought_again(channel: Channel):
    bot = SlowBot()
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "dead worker", 0.0)
    assert fence is not None
    assert await channel.turns.think(customer_id, fence) == "thought"
    channel.store.people.renew(["dead worker"], -1)
    await channel.serve(customer_id)
    assert len(bot.turns) == 1
    assert [message.body for message in channel.twilio.outbound] == [NOTICE, "eco: uno"]


async def test_a_worker_that_cannot_renew_its_leases_stops_thinking(channel: Channel):
    """The database is away for longer than a lease: whoever takes over must not find us at the model too."""
    begun = asyncio.Event()
    ended: list[str] = []

    async def forever(_messages: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("given up")
            raise

    channel.settings = channel.settings.model_copy(update={"lease_seconds": 0.3})
    bot = SlowBot(forever)
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    assert await channel.serve(customer_id) == "lost", "nobody renews here"
    assert begun.is_set()
    assert (ended, bot.at_once) == (["given up"], 0)
    assert channel.states(customer_id) == [(InboundState.RECEIVED, "")]


async def test_a_worker_that_renews_thinks_as_long_as_it_takes(channel: Channel):
    async def a_while(_messages: object) -> None:
        for _ in range(8):
            channel.leases.renew()
            await asyncio.sleep(0.1)

    channel.settings = channel.settings.model_copy(update={"lease_seconds": 0.4})
    channel.bots = SlowBot(a_while)
    channel.__post_init__()
    assert await channel.serve(channel.receive("uno")) == "rested"
    assert len(channel.twilio.outbound) == 2
