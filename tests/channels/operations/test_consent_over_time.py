"""Consent is that of the customer's latest word, in whatever order their words reach us."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot_core.messages import utc_now
from channels.inbound.reading import read_signals
from channels.inbound.webhook import read_webhook
from channels.operations.desk import Desk
from channels.store.records import Reason
from channels.store.store import ChannelStore
from channels.web.app import create_spool_app
from tests.fakes.channel import Channel
from tests.fakes.twilio_server import inbound_form as twilio_form
from tests.fakes.twilio_server import inbound_message
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, inbound_form, request_of

OTHER_SPELLING = CUSTOMER.replace("+521", "+52")
WORDS = {"out": "BAJA", "in": "¿tienen un jetta?", "thanks": "ok gracias", "tap": "No mucho"}
_senders = itertools.count(1)


def lost(channel: Channel, text: str, *, hours: float, sender: str = CUSTOMER) -> None:
    """Twilio could not tell us of this one; it is in its list."""
    message = inbound_message(twilio_form(ACCOUNT, OURS, sender, text))
    message.created_at = utc_now() - timedelta(hours=hours)
    channel.twilio.hold_inbound(message)


def arrive(store: ChannelStore, text: str, at: datetime, *, sender: str = CUSTOMER, **fields: str) -> str:
    """Store a message that was received at another time."""
    webhook = read_webhook(inbound_form(text, sender=sender, **fields)).model_copy(update={"received_at": at})
    return store.inbox.add(webhook, read_signals(webhook)).customer_id


def has_left(store: ChannelStore, sender: str = CUSTOMER) -> bool:
    key = store.people.find(sender)[0].matching_key
    with store.database.read() as connection:
        return store.people.has_opted_out(connection, key)


async def test_an_older_message_from_the_list_does_not_undo_an_opt_out(channel: Channel, desk: Desk):
    lost(channel, "hola", hours=2)
    await channel.talk("BAJA")
    sent = len(channel.twilio.outbound)
    assert desk.reconcile(hours=24).listed == 1
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    await channel.serve(customer_id)
    assert has_left(channel.store)
    assert len(channel.twilio.outbound) == sent
    assert channel.states(customer_id)[-1] == ("processed", Reason.OPTED_OUT)


async def test_a_later_message_from_the_list_undoes_it(channel: Channel, desk: Desk):
    arrive(channel.store, "BAJA", utc_now() - timedelta(hours=3))
    assert has_left(channel.store)
    lost(channel, "hola", hours=2)
    desk.reconcile(hours=24)
    assert not has_left(channel.store)


@pytest.mark.parametrize("sender", [CUSTOMER, OTHER_SPELLING])
async def test_an_old_opt_out_from_the_list_does_not_beat_a_later_message(channel: Channel, desk: Desk, sender: str):
    await channel.talk("hola", sender=sender)
    lost(channel, "BAJA", hours=2)
    assert desk.reconcile(hours=24).listed == 1
    sent = len(channel.twilio.outbound)
    for customer in channel.store.people.find(CUSTOMER):
        await channel.serve(customer.customer_id)
    assert not has_left(channel.store)
    assert len(channel.twilio.outbound) == sent, "nobody is told that they left"
    assert await channel.talk("dos", sender=sender) == ["eco: dos"]


async def test_an_opt_out_from_the_list_counts_however_old_it_is(channel: Channel, desk: Desk):
    arrive(channel.store, "hola", utc_now() - timedelta(hours=40))
    lost(channel, "BAJA", hours=30)
    assert desk.reconcile(hours=48).too_old == 1
    assert has_left(channel.store)
    before = len(channel.twilio.outbound)
    channel.receive("gracias")
    assert has_left(channel.store)
    assert channel.states(channel.store.people.find(CUSTOMER)[0].customer_id)[-1][1] == Reason.OPTED_OUT
    assert len(channel.twilio.outbound) == before


async def test_a_file_of_the_fallback_that_is_a_day_old_costs_no_model_call(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    client = create_spool_app(channel.settings, core=channel.core).test_client()
    for text in ("hola", "BAJA"):
        assert client.post(**request_of(inbound_form(text))).status_code == 200
    monkeypatch.setattr("channels.operations.reconciler.utc_now", lambda: utc_now() + timedelta(hours=30))
    taken = desk.reconcile(hours=0.001)
    assert (taken.spooled, taken.too_old) == (0, 2)
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    assert channel.states(customer_id) == [("processed", Reason.TOO_OLD)] * 2
    assert has_left(channel.store)


async def test_an_old_message_from_the_list_does_not_close_the_window(channel: Channel, desk: Desk):
    await channel.talk("hola")
    customer_id = channel.receive("¿tienen jetta?")
    written_at = channel.store.people.get(customer_id).last_inbound_at
    lost(channel, "de ayer", hours=30)
    assert desk.reconcile(hours=48).too_old == 1
    assert channel.store.people.get(customer_id).last_inbound_at == written_at
    await channel.serve(customer_id)
    assert channel.twilio.sent_to(CUSTOMER)[-1].body == "eco: ¿tienen jetta?"


@given(
    words=st.lists(st.tuples(st.sampled_from(sorted(WORDS)), st.booleans()), min_size=2, max_size=6),
    order=st.randoms(use_true_random=False),
)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_order_of_arrival_gives_the_consent_of_the_order_of_their_times(
    store: ChannelStore, words: list[tuple[str, bool]], order
):
    number = f"{next(_senders):08d}"
    spellings = (f"whatsapp:+52155{number}", f"whatsapp:+5255{number}")
    began = utc_now() - timedelta(hours=2)
    events = [(began + timedelta(minutes=minute), word, spellings[other]) for minute, (word, other) in enumerate(words)]
    expected = False
    for _, word, _ in events:
        expected = {"out": True, "in": False}.get(word, expected)
    order.shuffle(events)
    for at, word, sender in events:
        fields = {"ButtonPayload": "fb:" + "0" * 32 + ":down"} if word == "tap" else {}
        arrive(store, WORDS[word], at, sender=sender, **fields)
    assert has_left(store, spellings[0]) is expected
