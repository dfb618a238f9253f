"""Outside the 24-hour window: one template a turn, which is no privacy notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot_core.messages import utc_now
from bot_core.settings import Settings
from channels.store.tables import outbox
from channels.texts import notice
from channels.turns.bots import open_bots
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.webhooks import CUSTOMER

NOTICE = notice("")
TEMPLATE = "HX" + "1" * 32


@pytest.fixture
def templated(channel: Channel) -> Channel:
    channel.bots = SlowBot()
    channel.settings = channel.settings.model_copy(
        update={"window_template": TEMPLATE, "feedback_content": "HXfeedback", "feedback_every": 1, "late_seconds": 0.0}
    )
    channel.__post_init__()
    return channel


async def too_late(channel: Channel, text: str) -> str:
    """What is written in answer to this is not sent before the 24-hour window is over; the customer's id."""
    customer_id = channel.receive(text)
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    with channel.store.database.write() as connection:
        channel.store.people.change(connection, customer_id, last_inbound_at=utc_now() - timedelta(hours=25))
    return customer_id


def sent_contents(channel: Channel) -> list[str | None]:
    return [message.content_sid for message in channel.twilio.outbound]


def rows(channel: Channel) -> list[tuple[str, str, str]]:
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    return [(out.kind.value, out.state.value, out.error) for out in channel.store.outbox.of(customer_id)]


def noticed(channel: Channel) -> bool:
    return channel.store.people.find(CUSTOMER)[0].noticed_at is not None


async def test_outside_the_window_a_turn_is_one_template_and_the_notice_is_still_owed(templated: Channel):
    await templated.serve(await too_late(templated, "uno"), "a worker")
    assert sent_contents(templated) == [TEMPLATE]
    assert rows(templated) == [
        ("notice", "cancelled", "window"),
        ("late", "cancelled", "window"),
        ("reply", "accepted", ""),
        ("feedback", "cancelled", "window"),
    ]
    assert not noticed(templated)
    texts = await templated.talk("dos")
    assert texts[0] == NOTICE
    assert "eco: dos" in texts
    assert noticed(templated)
    assert NOTICE not in await templated.talk("tres")


async def test_a_template_that_leaves_after_the_customer_is_back_comes_before_the_notice(templated: Channel):
    templated.settings = templated.settings.model_copy(update={"feedback_content": "", "retry_seconds": 16.0})
    templated.__post_init__()
    customer_id = await too_late(templated, "uno")
    templated.twilio.script("429")
    await templated.serve(customer_id, "a worker")
    assert sent_contents(templated) == []
    with templated.store.database.write() as connection:
        connection.execute(update(outbox).values(due_at=utc_now()))
    await templated.talk("dos")
    assert sent_contents(templated)[0] == TEMPLATE
    assert sent_contents(templated).count(TEMPLATE) == 1
    bodies = [message.body for message in templated.twilio.outbound if not message.content_sid]
    assert (bodies[0], bodies[-1], bodies.count(NOTICE)) == (NOTICE, "eco: dos", 1)
    assert noticed(templated)


async def test_who_left_gets_no_template(templated: Channel, core: Settings):
    templated.bots = open_bots(templated.settings, templated.store, core, metrics=templated.metrics)
    templated.__post_init__()
    await templated.serve(await too_late(templated, "BAJA"), "a worker")
    assert sent_contents(templated) == []
    assert rows(templated)[-1] == ("reply", "cancelled", "window")
