"""Turns that were begun and not ended, and messages that come back: nobody waits for ever, nothing is passed over."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Table, update

from bot_core.messages import utc_now
from bot_core.store.sql.rows import insert_or_ignore
from channels.store import turns
from channels.store.erasure import Erasure
from channels.store.records import InboundState
from channels.store.tables import inbound_messages
from channels.texts import phrases
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.webhooks import CUSTOMER

HANDED_OFF = (InboundState.PROCESSED, "handed_off")
REPLIED = (InboundState.REPLIED, "")


def use(channel: Channel, bot: SlowBot) -> SlowBot:
    channel.bots = bot
    channel.__post_init__()
    return bot


def hand_off(channel: Channel, customer_id: str) -> None:
    with channel.store.database.write() as connection:
        channel.store.people.hand_off(connection, customer_id, who="Luis", reason="call")


def hand_back(channel: Channel, customer_id: str) -> None:
    with channel.store.database.write() as connection:
        channel.store.people.hand_back(connection, customer_id)


async def left_open(channel: Channel, bot: SlowBot, *, generation: int, with_person: bool = True) -> str:
    """A worker died while the bot thought; the customer's id. Their messages are with a person now."""
    more = iter(["y en rojo"] * generation)
    bot.on_turn = lambda _messages: [channel.receive(text) for text in more]
    customer_id = channel.receive("busco un jetta")
    fence = channel.store.people.claim(customer_id, "dead worker", 60)
    assert fence is not None
    if generation:
        await channel.turns.think(customer_id, fence)
        assert channel.turns.commit(customer_id, fence) == "again"
    bot.faults = [RuntimeError("kaputt")]
    assert await channel.turns.think(customer_id, fence) == "stumbled"
    channel.store.people.renew(["dead worker"], -1)
    if with_person:
        hand_off(channel, customer_id)
        await channel.serve(customer_id)
        assert set(channel.states(customer_id)) == {HANDED_OFF}
    return customer_id


async def test_who_was_with_a_person_is_answered_afterwards_though_a_second_thought_was_left(channel: Channel):
    bot = use(channel, SlowBot())
    customer_id = await left_open(channel, bot, generation=1)
    assert channel.store.turns.get(customer_id) is None
    hand_back(channel, customer_id)
    assert (await channel.talk("hola otra vez"))[-1] == "eco: hola otra vez"
    assert channel.states(customer_id) == [HANDED_OFF, HANDED_OFF, REPLIED]


async def test_a_turn_of_messages_that_no_longer_wait_is_not_gone_on_with(channel: Channel):
    """Its release and its one second thought were theirs."""
    bot = use(channel, SlowBot())
    customer_id = await left_open(channel, bot, generation=0)
    hand_back(channel, customer_id)
    bot.release_id = "offline-exacto"
    assert (await channel.talk("hola otra vez"))[-1] == "eco: hola otra vez"
    assert bot.turns == [["busco un jetta"], ["hola otra vez"]]
    conversation_id = channel.store.people.get(customer_id).conversation_id
    assert conversation_id
    (turn,) = channel.store.core.conversations.turns(conversation_id)
    assert turn.trace.release_id == "offline-exacto"


async def test_an_answer_to_nothing_that_waits_is_dropped(channel: Channel):
    """As versions before 25 November 2026 left it behind, an error at every start."""
    bot = use(channel, SlowBot())
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "dead worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    turn = channel.store.turns.get(customer_id)
    assert turn
    with channel.store.database.write() as connection:
        channel.store.inbox.settle(connection, channel.messages(customer_id), tracking_id=None)
        channel.store.turns.put(connection, turn.model_copy(update={"generation": 1}))
    channel.store.people.renew(["dead worker"], -1)
    assert (await channel.talk("dos"))[-1] == "eco: dos"
    assert bot.turns == [["uno"], ["dos"]]


async def test_a_message_brought_back_during_a_turn_is_answered_not_passed_over(channel: Channel):
    bot = use(channel, SlowBot())
    bot.faults = [RuntimeError("kaputt")] * 3
    await channel.talk("la perdida")
    (customer,) = channel.store.people.find(CUSTOMER)
    lost = channel.messages(customer.customer_id)[0].webhook.message_sid
    with channel.store.database.write() as connection:
        connection.execute(update(inbound_messages).values(received_at=utc_now() - timedelta(minutes=5)))
    bot.on_turn = lambda messages: channel.store.inbox.retry(lost) if messages[-1].text == "otra" else None
    assert await channel.talk("otra") == [phrases().late, "eco: otra | la perdida"]
    assert bot.turns[3:] == [["otra"], ["otra", "la perdida"]]
    assert channel.states(customer.customer_id) == [(InboundState.REPLIED, "merged"), REPLIED]


async def test_a_message_brought_back_after_others_is_the_latest(channel: Channel):
    """Turns go by position: who was answered before does not come after it."""
    bot = use(channel, SlowBot())
    bot.faults = [RuntimeError("kaputt")] * 3
    await channel.talk("la perdida")
    await channel.talk("otra")
    (customer,) = channel.store.people.find(CUSTOMER)
    lost = channel.messages(customer.customer_id)[0].webhook.message_sid
    assert channel.store.inbox.retry(lost) == customer.customer_id
    assert channel.store.inbox.retry(lost) is None
    await channel.serve(customer.customer_id)
    answered = [(message.webhook.text, message.position) for message in channel.messages(customer.customer_id)]
    assert answered == [("otra", 2), ("la perdida", 3)]
    await channel.talk("y ahora")
    assert [message.position for message in channel.messages(customer.customer_id)] == [2, 3, 4]


async def test_an_erasure_leaves_no_answer_that_is_being_kept_at_this_moment(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
):
    customer_id = await left_open(channel, use(channel, SlowBot()), generation=0, with_person=False)
    turn = channel.store.turns.get(customer_id)
    assert turn
    written, goes_on = threading.Event(), threading.Event()

    def slowly(connection: Connection, table: Table, values: dict[str, object]) -> bool:
        is_new = insert_or_ignore(connection, table, values)
        written.set()
        return goes_on.wait(20) and is_new

    monkeypatch.setattr(turns, "insert_or_ignore", slowly)
    keeping = threading.Thread(target=channel.store.turns.keep_call, args=(turn.tracking_id, "asked", "answered"))
    keeping.start()
    assert written.wait(20)
    erasure = Erasure(channel.store.database, channel.store.pseudonyms)
    known = erasure.message_sids(customer_id)
    erasing = threading.Thread(target=erasure.erase, args=(customer_id,), kwargs={"known": known})
    erasing.start()
    erasing.join(0.5)
    goes_on.set()
    for thread in (keeping, erasing):
        thread.join(20)
    assert channel.store.people.find(CUSTOMER) == ()
    assert channel.store.turns.call(turn.tracking_id, "asked") is None
