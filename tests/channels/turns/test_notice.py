"""The privacy notice is given when Twilio has accepted it: before the first reply, and once."""

from __future__ import annotations

import pytest

from bot_core.messages import utc_now
from bot_core.settings import Settings
from channels.store.records import DeliveryEvent
from channels.texts import notice, phrases
from channels.turns.bots import open_bots
from tests.fakes.channel import Channel
from tests.fakes.handing_over import HandingOver, put_off
from tests.fakes.slow_bot import SlowBot
from tests.fakes.webhooks import CUSTOMER, new_sid

NOTICE = notice("")


@pytest.fixture
def channel(channel: Channel) -> Channel:
    channel.bots = SlowBot()
    channel.__post_init__()
    return channel


def rows(channel: Channel) -> list[tuple[str, str, str]]:
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    return [(out.kind.value, out.state.value, out.error) for out in channel.store.outbox.of(customer_id)]


def noticed(channel: Channel) -> bool:
    return channel.store.people.find(CUSTOMER)[0].noticed_at is not None


async def test_a_refused_notice_holds_its_reply_and_comes_before_the_next_one(channel: Channel):
    channel.twilio.script("63013")
    assert await channel.talk("uno") == []
    assert rows(channel) == [("notice", "failed", "63013"), ("reply", "failed", "no_notice")]
    assert not noticed(channel)
    assert await channel.talk("dos") == [NOTICE, "eco: dos"]
    assert noticed(channel)
    assert await channel.talk("tres") == ["eco: tres"]


async def test_a_notice_that_is_too_old_holds_its_reply(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"retry_hours": 0.0, "retry_longest_seconds": 0.01})
    channel.__post_init__()
    channel.twilio.script("429")
    assert await channel.talk("uno") == []
    assert rows(channel) == [("notice", "failed", "expired_20429"), ("reply", "failed", "no_notice")]
    assert await channel.talk("dos") == [NOTICE, "eco: dos"]


async def test_while_a_notice_is_on_its_way_no_other_is_written(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"retry_seconds": 16.0})
    channel.__post_init__()
    channel.twilio.script("429")
    await channel.serve(channel.receive("uno"))
    await channel.serve(channel.receive("dos"))
    assert [kind for kind, _, _ in rows(channel)] == ["notice", "reply", "reply"]
    assert not noticed(channel)


async def test_a_callback_counts_as_acceptance(channel: Channel):
    customer_id = channel.receive("hola")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    assert not noticed(channel), "written is not given"
    first = channel.store.outbox.of(customer_id)[0]
    event = DeliveryEvent(message_sid=new_sid(), status="sent", outbox_id=first.outbox_id, received_at=utc_now())
    channel.store.deliveries.report(event)
    assert noticed(channel)


async def test_a_notice_that_was_brought_back_after_another_is_not_sent(channel: Channel):
    channel.twilio.script("63013")
    await channel.talk("uno")
    await channel.talk("dos")
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    first = channel.store.outbox.of(customer_id)[0]
    with channel.store.database.write() as connection:
        channel.store.outbox.bring_back(connection, first.outbox_id)
    await channel.serve(customer_id)
    assert rows(channel)[0] == ("notice", "cancelled", "noticed")


async def test_a_notice_of_unknown_end_is_not_written_again_until_a_person_has_looked(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"resend_unlisted": False})
    channel.__post_init__()
    channel.twilio.script("500")
    assert await channel.talk("uno") == []
    assert await channel.talk("dos") == []
    assert rows(channel) == [
        ("notice", "failed", "unsettled"),
        ("reply", "failed", "no_notice"),
        ("reply", "failed", "no_notice"),
    ]


async def test_a_notice_that_a_take_over_stopped_is_written_again(channel: Channel):
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    with channel.store.database.write() as connection:
        channel.store.people.hand_off(connection, customer_id, who="Luis", reason="call")
    await channel.serve(customer_id)
    assert channel.twilio.outbound == []
    with channel.store.database.write() as connection:
        channel.store.people.hand_back(connection, customer_id)
    assert await channel.talk("dos") == [NOTICE, "eco: dos"]


async def test_an_apology_to_a_new_customer_has_its_notice_too(channel: Channel):
    bot = SlowBot()
    bot.faults = [RuntimeError("kaputt")] * 3
    channel.bots = bot
    channel.__post_init__()
    assert await channel.talk("uno") == [NOTICE, phrases().apology]
    assert await channel.talk("dos") == ["eco: dos"]


async def test_an_apology_waits_for_nobody_when_a_person_took_over(channel: Channel):
    bot = SlowBot()
    bot.faults = [RuntimeError("kaputt")] * 3
    channel.bots = bot
    channel.settings = channel.settings.model_copy(update={"retry_seconds": 16.0})
    channel.__post_init__()
    channel.twilio.default = "429"
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    for _ in range(4):
        await channel.turns.think(customer_id, fence)
    with channel.store.database.write() as connection:
        channel.store.people.hand_off(connection, customer_id, who="Luis", reason="call")
    await channel.serve(customer_id, "a worker")
    assert rows(channel) == [("notice", "cancelled", "handed_off"), ("apology", "cancelled", "handed_off")]


async def test_a_notice_that_had_to_wait_does_not_cost_the_confirmation_of_a_later_hand_off(channel: Channel):
    channel.bots = HandingOver()
    channel.__post_init__()
    customer_id = channel.receive("hola")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    put_off(channel, customer_id, 600)
    assert await channel.talk("un asesor") == []
    put_off(channel, customer_id, 0)
    await channel.serve(customer_id, "a worker")
    assert [message.body for message in channel.twilio.outbound] == [NOTICE, "eco: un asesor"]
    assert rows(channel)[1] == ("reply", "cancelled", "handed_off")


async def test_the_confirmation_of_an_opt_out_needs_no_notice(channel: Channel, core: Settings):
    channel.bots = open_bots(channel.settings, channel.store, core, metrics=channel.metrics)
    channel.__post_init__()
    (goodbye,) = await channel.talk("BAJA")
    assert "ya no te enviaré" in goodbye
    texts = await channel.talk("¿tienen jetta?")
    assert texts[0] == NOTICE
