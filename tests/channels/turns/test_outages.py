"""What was surely not sent is sent later, in order, for as long as it is worth it; others do not wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot_core.messages import utc_now
from channels.outbound.sender import OutboxSender
from channels.outbound.twilio import TwilioApi
from channels.settings import ChannelSettings
from channels.store.records import OutboxState, Outgoing
from channels.store.tables import outbox
from channels.texts import notice
from channels.worker.customer import CustomerService
from channels.worker.plan import Action, Planner
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.webhooks import CUSTOMER, TOKEN

NOTICE = notice("")
OTHER = "whatsapp:+5215500000001"
PAUSES = [16, 32, 64, 128, 256, 300, 300]


@pytest.fixture
def settings(settings: ChannelSettings) -> ChannelSettings:
    """Pauses that a worker does not stay for: each test says when they are over."""
    return settings.model_copy(update={"retry_seconds": 16.0})


@pytest.fixture
def channel(channel: Channel) -> Iterator[Channel]:
    channel.bots = SlowBot()
    channel.__post_init__()
    yield channel
    channel.twilio.token = TOKEN


def begin(channel: Channel, fault: str) -> None:
    """Twilio stops to take messages: with a refused connection, a wrong token, or an answer of this number."""
    if fault == "unreachable":
        nowhere = channel.settings.model_copy(update={"api_base": "http://127.0.0.1:9"})
        sender = OutboxSender(nowhere, channel.store, TwilioApi(nowhere), metrics=channel.metrics)
        channel.customers = CustomerService(nowhere, channel.store, channel.turns, sender, channel.leases)
    elif fault == "token":
        channel.twilio.token = "another"
    else:
        channel.twilio.default = fault


def end(channel: Channel) -> None:
    # With its own API again.
    channel.twilio.token, channel.twilio.default = TOKEN, "ok"
    channel.__post_init__()


def all_of(channel: Channel, customer_id: str) -> tuple[Outgoing, ...]:
    return channel.store.outbox.of(customer_id)


def change(channel: Channel, **values: Any) -> None:
    """Of every message that is still open."""
    with channel.store.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.state.in_(("pending", "send_unknown"))).values(**values))


async def later(channel: Channel, customer_id: str) -> None:
    """The pause is over, and the sweep has rung."""
    change(channel, due_at=utc_now())
    # Twilio's "slow down" holds everybody for a moment; here nobody waits for it.
    with channel.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM whatsapp_rates")
    await channel.serve(customer_id)


@pytest.mark.parametrize("fault", ["unreachable", "token", "429"])
async def test_an_outage_of_hours_costs_no_reply(channel: Channel, fault: str):
    begin(channel, fault)
    customer_id = channel.receive("uno")
    await channel.serve(customer_id)
    pauses = []
    for _ in PAUSES:
        first, reply = all_of(channel, customer_id)
        assert (first.state, reply.state, reply.attempts) == (OutboxState.PENDING, OutboxState.PENDING, 0)
        assert first.attempted_at
        pauses.append(round((first.due_at - first.attempted_at).total_seconds()))
        await later(channel, customer_id)
    # Four tries more than it took before this to be given up.
    for _ in range(5):
        await later(channel, customer_id)
    assert channel.twilio.outbound == []
    end(channel)
    await later(channel, customer_id)
    assert [message.body for message in channel.twilio.outbound] == [NOTICE, "eco: uno"]
    assert pauses == pytest.approx(PAUSES, abs=3)


async def test_a_customers_order_holds_through_an_outage(channel: Channel):
    begin(channel, "token")
    for text in ("uno", "dos", "tres"):
        customer_id = channel.receive(text)
        await channel.serve(customer_id)
    await later(channel, customer_id)
    assert len(all_of(channel, customer_id)) >= 4
    end(channel)
    await later(channel, customer_id)
    bodies = [message.body for message in channel.twilio.outbound]
    assert bodies == [NOTICE, "eco: uno", "eco: dos", "eco: tres"]


async def test_others_do_not_wait_behind_it(channel: Channel):
    await channel.talk("hola")
    begin(channel, "token")
    customer_id = channel.receive("uno")
    await channel.serve(customer_id)
    end(channel)
    assert await channel.talk("dos", sender=OTHER) == [NOTICE, "eco: dos"]
    assert all_of(channel, customer_id)[-1].state is OutboxState.PENDING
    fence = channel.store.people.claim(customer_id, "another worker", 5)
    assert fence is not None, "a worker does not stay with a customer who waits"
    step = Planner(channel.settings, channel.store).next_step(customer_id, fence)
    assert step.action is Action.REST


@pytest.mark.parametrize("fault", ["token", "500"])
async def test_too_old_it_is_a_dead_letter(channel: Channel, fault: str):
    await channel.talk("hola")
    begin(channel, fault)
    customer_id = channel.receive("uno")
    await channel.serve(customer_id)
    change(channel, created_at=utc_now() - timedelta(hours=channel.settings.retry_hours, minutes=1))
    for _ in PAUSES:
        await later(channel, customer_id)
    (reply,) = all_of(channel, customer_id)[2:]
    assert reply.state is OutboxState.FAILED
    assert reply.error == {"token": "expired_20003", "500": "expired_unlisted"}[fault]
    end(channel)
    assert await channel.talk("dos") == ["eco: dos"]


async def test_twilio_that_fails_again_and_again_without_sending_costs_no_reply(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"retry_seconds": 0.01, "retry_longest_seconds": 0.02})
    channel.__post_init__()
    await channel.talk("hola")
    channel.twilio.script(*["500"] * 11)
    assert await channel.talk("uno") == ["eco: uno"]
    assert all_of(channel, channel.store.people.find(CUSTOMER)[0].customer_id)[-1].attempts == 12


@pytest.mark.parametrize("what", ["opt-out", "take-over", "window"])
async def test_what_is_tried_again_passes_the_checks_each_time(channel: Channel, what: str):
    await channel.talk("hola")
    begin(channel, "token")
    customer_id = channel.receive("uno")
    await channel.serve(customer_id)
    with channel.store.database.write() as connection:
        people = channel.store.people
        if what == "opt-out":
            people.opt_out(connection, people.get(customer_id).matching_key, at=utc_now())
        elif what == "take-over":
            people.hand_off(connection, customer_id, who="Luis", reason="call")
        else:
            people.change(connection, customer_id, last_inbound_at=utc_now() - timedelta(hours=25))
    end(channel)
    await later(channel, customer_id)
    reply = all_of(channel, customer_id)[-1]
    assert (reply.state.value, reply.error) == {
        "opt-out": ("cancelled", "opted_out"),
        "take-over": ("cancelled", "handed_off"),
        "window": ("failed", "window"),
    }[what]
    assert len(channel.twilio.outbound) == 2
