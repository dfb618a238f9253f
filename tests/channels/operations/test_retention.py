"""Customers who have been silent for long are erased, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from bot_core.errors import Conflict, UserError
from bot_core.messages import utc_now
from bot_core.store.tables import unscrubbed
from channels.operations.desk import Desk
from channels.outbound.twilio import TwilioUnreachable
from tests.fakes.channel import Channel
from tests.fakes.statistics import stored_bytes
from tests.fakes.webhooks import CUSTOMER

PHONE = CUSTOMER.removeprefix("whatsapp:").encode()
OTHERS = ("whatsapp:+5215500000001", "whatsapp:+5215500000002", "whatsapp:+5215500000003")


async def silent(channel: Channel, *senders: str) -> tuple[str, ...]:
    """Customers who wrote 31 days ago, in the order in which they are erased."""
    for sender in senders:
        await channel.talk("hola", sender=sender)
        (customer,) = channel.store.people.find(sender)
        with channel.store.database.write() as connection:
            long_ago = utc_now() - timedelta(days=31)
            channel.store.people.change(connection, customer.customer_id, last_inbound_at=long_ago)
    return channel.store.people.idle_since(utc_now())


async def test_the_silent_are_erased(channel: Channel, desk: Desk):
    await channel.talk("hola")
    assert desk.retention(days=30, sure=True) == "0 customers erased"
    await silent(channel, CUSTOMER)
    assert desk.retention(days=30, sure=False).startswith("1 customers")
    assert desk.retention(days=30, sure=True) == "1 customers erased"
    assert channel.store.people.find(CUSTOMER) == ()


async def test_who_is_being_answered_is_skipped_and_named_by_pseudonym(channel: Channel, desk: Desk):
    busy, _ = await silent(channel, *OTHERS[:2])
    assert channel.store.people.claim(busy, "a worker", 60)
    with pytest.raises(UserError, match=f"1 customers erased, 1 skipped: {busy}") as told:
        desk.retention(days=30, sure=True)
    assert "+52" not in str(told.value)
    assert channel.store.people.idle_since(utc_now()) == (busy,)


@pytest.mark.parametrize("fault", [TwilioUnreachable("Twilio: 409"), Conflict("somebody wrote")])
async def test_one_that_cannot_be_erased_stops_nobody_else(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    kept = (await silent(channel, *OTHERS))[1]
    sids = set(desk._erasure.message_sids(kept))
    delete = channel.api.delete

    def refused(sid: str) -> None:
        if sid in sids:
            raise fault
        delete(sid)

    monkeypatch.setattr(channel.api, "delete", refused)
    with pytest.raises(UserError, match="2 customers erased, 1 skipped") as told:
        desk.retention(days=30, sure=True)
    assert f"{kept} ({fault})" in told.value.message
    assert "+52" not in str(told.value)
    assert channel.store.people.idle_since(utc_now()) == (kept,)
    assert unscrubbed_tables(channel) == []
    monkeypatch.undo()
    assert desk.retention(days=30, sure=True) == "1 customers erased"


async def test_what_a_killed_run_erased_is_scrubbed_by_the_next_one(channel: Channel, desk: Desk, tmp_path: Path):
    (customer_id,) = await silent(channel, CUSTOMER)
    desk._erasure.erase(customer_id, known=desk._erasure.message_sids(customer_id))
    assert desk.retention(days=30, sure=False).startswith("0 customers")
    assert PHONE in stored_bytes(channel.store.database, tmp_path)
    assert desk.retention(days=30, sure=True) == "0 customers erased"
    assert PHONE not in stored_bytes(channel.store.database, tmp_path)


async def test_a_day_without_anybody_to_erase_keeps_no_webhook_waiting(channel: Channel, desk: Desk):
    """Nothing is written anew: an open transaction, which any vacuum of a table would wait for, holds up nothing."""
    await channel.talk("hola")
    with channel.store.database.write() as connection:
        channel.store.people.change(connection, channel.store.people.find(CUSTOMER)[0].customer_id, noticed_at=None)
        told: list[str] = []
        other = Thread(target=lambda: told.append(desk.retention(days=30, sure=True)))
        other.start()
        other.join(10)
        assert told == ["0 customers erased"]


def unscrubbed_tables(channel: Channel) -> list[str]:
    with channel.store.database.read() as connection:
        return list(connection.scalars(select(unscrubbed.c.table_name)))
