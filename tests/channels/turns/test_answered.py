"""What counts as an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot_core.messages import utc_now
from channels.store.records import DeliveryEvent, InboundState, OutboxKind, OutboxState
from tests.fakes.channel import Channel
from tests.fakes.webhooks import CUSTOMER, new_sid


async def test_a_notice_that_arrived_is_no_reply_yet(channel: Channel):
    customer_id = channel.receive("hola")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    notice, reply = channel.store.outbox.of(customer_id)
    assert (notice.kind, reply.kind) == (OutboxKind.NOTICE, OutboxKind.REPLY)

    def reported(outbox_id: str) -> DeliveryEvent:
        return DeliveryEvent(message_sid=new_sid(), status="sent", outbox_id=outbox_id, received_at=utc_now())

    channel.store.deliveries.report(reported(notice.outbox_id))
    assert channel.store.outbox.get(notice.outbox_id).state is OutboxState.ACCEPTED
    assert channel.states(customer_id) == [(InboundState.PROCESSED, "")]
    channel.store.deliveries.report(reported(reply.outbox_id))
    assert channel.states(customer_id) == [(InboundState.REPLIED, "")]


@pytest.mark.parametrize(
    ("code", "with_id", "left"), [("21610", True, True), ("63014", False, True), ("63024", True, False)]
)
async def test_twilio_may_say_later_that_the_customer_wants_nothing_from_us(
    channel: Channel, code: str, with_id: bool, left: bool
):
    await channel.talk("hola")
    (customer,) = channel.store.people.find(CUSTOMER)
    reply = channel.store.outbox.of(customer.customer_id)[-1]
    assert reply.message_sid
    event = DeliveryEvent(
        message_sid=reply.message_sid,
        status="undelivered",
        error_code=code,
        outbox_id=reply.outbox_id if with_id else None,
        received_at=utc_now(),
    )
    channel.store.deliveries.report(event)
    assert has_left(channel) is left
    await channel.talk("¿tienen jetta?")
    assert not has_left(channel)
    # Twilio repeats itself, of the same send: they have written since.
    channel.store.deliveries.report(event.model_copy(update={"status": "failed"}))
    channel.store.deliveries.report(event.model_copy(update={"received_at": utc_now() + timedelta(minutes=1)}))
    assert not has_left(channel)


async def test_who_writes_while_twilio_says_so_wants_to_hear_from_us(channel: Channel):
    """Its answer is of the moment of the send, as in a callback."""
    await channel.talk("hola")

    meanwhile = ["¿tienen jetta?"]

    def refused_once(_form: dict[str, str]) -> str:
        if not meanwhile:
            return "ok"
        channel.receive(meanwhile.pop())
        return "21610"

    channel.twilio.default = refused_once
    assert any("etta" in body for body in await channel.talk("¿dónde están?"))
    assert not has_left(channel)


def has_left(channel: Channel) -> bool:
    (customer,) = channel.store.people.find(CUSTOMER)
    with channel.store.database.read() as connection:
        return channel.store.people.has_opted_out(connection, customer.matching_key)
