"""What counts as an answer."""

from __future__ import annotations

from bot_core.messages import utc_now
from channels.store.records import DeliveryEvent, InboundState, OutboxKind, OutboxState
from tests.fakes.channel import Channel
from tests.fakes.webhooks import new_sid


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
