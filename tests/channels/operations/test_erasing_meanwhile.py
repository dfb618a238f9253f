"""A customer who writes while they are being erased loses no message, and leaves none behind at Twilio."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot_core.errors import UserError
from bot_core.messages import utc_now
from channels.operations.desk import Desk
from channels.outbound.twilio import TwilioUnreachable
from tests.fakes.channel import Channel
from tests.fakes.webhooks import CUSTOMER


def writes_during_deletion(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The customer writes once, when the first of Twilio's copies goes."""
    delete = channel.api.delete
    words = ["volví"]

    def deleted(sid: str) -> None:
        while words:
            channel.receive(words.pop())
        delete(sid)

    monkeypatch.setattr(channel.api, "delete", deleted)


def make_silent(channel: Channel) -> str:
    (customer,) = channel.store.people.find(CUSTOMER)
    with channel.store.database.write() as connection:
        long_ago = utc_now() - timedelta(days=31)
        channel.store.people.change(connection, customer.customer_id, last_inbound_at=long_ago)
    return customer.customer_id


async def test_who_writes_meanwhile_is_not_erased_and_gets_an_answer(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    await channel.talk("hola")
    writes_during_deletion(channel, monkeypatch)
    with pytest.raises(UserError, match="writing or answered right now"):
        desk.erase(CUSTOMER, sure=True, at_twilio=True)
    (customer,) = channel.store.people.find(CUSTOMER)
    assert [message.webhook.text for message in channel.messages(customer.customer_id)] == ["hola", "volví"]
    assert await channel.serve(customer.customer_id) == "rested", (
        "nobody has to wait for the end of the erasure's lease"
    )
    assert channel.twilio.sent_to(CUSTOMER)[-1].body == "eco: volví"
    desk.erase(CUSTOMER, sure=True, at_twilio=True)
    assert channel.twilio.messages == {}
    assert channel.store.people.find(CUSTOMER) == ()


async def test_retention_leaves_whom_it_hears_of_while_it_is_at_them(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    await channel.talk("hola")
    customer_id = make_silent(channel)
    writes_during_deletion(channel, monkeypatch)
    with pytest.raises(UserError, match=f"0 customers erased, 1 skipped: {customer_id}"):
        desk.retention(days=30, sure=True)
    assert channel.messages(customer_id)[-1].webhook.text == "volví"
    assert desk.retention(days=30, sure=True) == "0 customers erased"


async def test_retention_leaves_who_has_written_since_it_began(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """Others are erased before them, and each of their messages takes a request to Twilio."""
    await channel.talk("hola")
    customer_id = make_silent(channel)
    found = channel.store.people.idle_since(utc_now() - timedelta(days=30))
    assert found == (customer_id,)
    monkeypatch.setattr(channel.store.people, "idle_since", lambda _: found)
    channel.receive("volví")
    kept = set(channel.twilio.messages)
    with pytest.raises(UserError, match="0 customers erased, 1 skipped"):
        desk.retention(days=30, sure=True)
    assert set(channel.twilio.messages) == kept
    assert len(channel.messages(customer_id)) == 2


async def test_who_is_not_erased_is_answered_at_once(channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    await channel.talk("hola")

    def refused(_sid: str) -> None:
        raise TwilioUnreachable("Twilio: 500")

    monkeypatch.setattr(channel.api, "delete", refused)
    with pytest.raises(TwilioUnreachable):
        desk.erase(CUSTOMER, sure=True, at_twilio=True)
    assert await channel.talk("¿siguen ahí?") == ["eco: ¿siguen ahí?"]


async def test_who_is_answered_by_a_worker_again_is_not_erased_under_its_hands(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """Twilio was slow, and the erasure's own lease is over."""
    await channel.talk("hola")
    (customer,) = channel.store.people.find(CUSTOMER)
    delete = channel.api.delete

    def slowly(sid: str) -> None:
        with channel.store.database.write() as connection:
            channel.store.people.let_go(connection, customer.customer_id)
        assert channel.store.people.claim(customer.customer_id, "a worker", 60)
        delete(sid)

    monkeypatch.setattr(channel.api, "delete", slowly)
    with pytest.raises(UserError, match="right now"):
        desk.erase(CUSTOMER, sure=True, at_twilio=True)
    assert channel.store.people.find(CUSTOMER)
    assert channel.store.people.claim(customer.customer_id, "another", 60) is None, "the worker's lease is its own"
