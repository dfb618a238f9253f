"""From a stored message to what the customer reads, with the real bot and the real Twilio client, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot_core.messages import utc_now
from bot_core.offline.opt_out import PAYLOAD
from channels.store.records import Content, Draft, InboundState, OutboxKind, OutboxState
from channels.store.store import CHANNEL
from channels.texts import notice, phrases
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.webhooks import CUSTOMER, new_sid

REPLIED = (InboundState.REPLIED, "")
NOTICE = notice("")


async def test_a_first_message_gets_the_notice_and_one_reply(channel: Channel):
    texts = await channel.talk("hola, ¿tienen jetta?")
    assert texts[0] == NOTICE
    assert len(texts) == 2
    customer = channel.store.people.find(CUSTOMER)[0]
    conversation = channel.store.core.conversations.find(CHANNEL, customer.customer_id)
    assert conversation is not None
    (turn,) = channel.store.core.conversations.turns(conversation.conversation_id)
    assert turn.reply.text == texts[1]
    (message,) = channel.messages(customer.customer_id)
    assert (message.state, message.tracking_id) == (InboundState.REPLIED, turn.tracking_id)
    assert {out.tracking_id for out in channel.store.outbox.of(customer.customer_id)} == {turn.tracking_id}


async def test_the_conversation_goes_on_where_it_was(channel: Channel):
    await channel.talk("busco un jetta")
    (reply,) = await channel.talk("¿cuánto pagaría al mes por el primero a 48 meses con 60 mil de enganche?")
    assert "48 meses" in reply


async def test_a_burst_is_one_turn(channel: Channel):
    channel.receive("hola")
    channel.receive("busco un jetta")
    customer_id = channel.receive("de menos de 300 mil")
    await channel.serve(customer_id)
    assert len(channel.twilio.outbound) == 2
    assert channel.states(customer_id) == [
        (InboundState.REPLIED, "merged"),
        (InboundState.REPLIED, "merged"),
        REPLIED,
    ]


async def test_media_is_answered_politely(channel: Channel):
    texts = await channel.talk("", NumMedia="1", MediaContentType0="audio/ogg", MediaUrl0="https://evil.example/a.ogg")
    assert "audios" in texts[-1]


async def test_a_handed_off_customer_is_left_to_the_person(channel: Channel):
    texts = await channel.talk("quiero hablar con un asesor")
    texts += await channel.talk("Ana")
    assert any("KV-" in text for text in texts)
    assert await channel.talk("¿sigues ahí?") == []
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    assert channel.states(customer_id)[-1] == (InboundState.PROCESSED, "handed_off")


async def test_a_tap_counts_whoever_answers_and_a_thumb_is_for_the_person(channel: Channel):
    await channel.talk("hola")
    (customer,) = channel.store.people.find(CUSTOMER)
    assert customer.conversation_id
    (turn,) = channel.store.core.conversations.turns(customer.conversation_id)
    with channel.store.database.write() as connection:
        channel.store.people.hand_off(connection, customer.customer_id, who="Luis", reason="calls back")
    assert await channel.talk("No mucho", ButtonPayload=f"fb:{turn.tracking_id}:down") == []
    assert await channel.talk("👍") == []
    assert [given.value for given in channel.store.core.feedback.of(turn.tracking_id)] == ["down"]
    assert [reason for _, reason in channel.states(customer.customer_id)] == ["", "feedback", "handed_off"]


async def test_an_opt_out_is_confirmed_once_then_silence_until_they_write(channel: Channel):
    await channel.talk("hola")
    (goodbye,) = await channel.talk("BAJA")
    assert "ya no te enviaré" in goodbye
    assert await channel.talk("ok gracias") == []
    assert len(await channel.talk("¿tienen un mazda 3?")) == 1


async def test_an_opt_out_button_counts(channel: Channel):
    await channel.talk("hola")
    (goodbye,) = await channel.talk("Ya no", ButtonPayload=PAYLOAD, ButtonText="Ya no")
    assert "ya no te enviaré" in goodbye


async def test_thumbs_and_feedback_buttons_are_opinions_not_messages(channel: Channel):
    await channel.talk("hola")
    customer = channel.store.people.find(CUSTOMER)[0]
    assert customer.conversation_id
    (turn,) = channel.store.core.conversations.turns(customer.conversation_id)
    assert await channel.talk("👍🏽") == []
    (opinion,) = channel.store.core.feedback.of(turn.tracking_id)
    assert (opinion.value, opinion.source) == ("up", "customer")
    assert await channel.talk("No mucho", ButtonPayload=f"fb:{turn.tracking_id}:down") == []
    (opinion,) = channel.store.core.feedback.of(turn.tracking_id)
    assert opinion.value == "down"
    assert len(await channel.talk(f"fb:{turn.tracking_id}:up")) == 1, "typed by hand it is a text"


async def test_a_message_during_the_model_call_regenerates_once(channel: Channel):
    extra = iter(["y en rojo", "y automático"])

    def one_more(_messages: object) -> None:
        if text := next(extra, None):
            channel.receive(text)

    bot = SlowBot(one_more)
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("busco un jetta")
    await channel.serve(customer_id)
    assert bot.turns == [["busco un jetta"], ["busco un jetta", "y en rojo"], ["y automático"]]
    bodies = [message.body for message in channel.twilio.outbound]
    assert bodies == [NOTICE, "eco: busco un jetta | y en rojo", "eco: y automático"]


async def test_a_bot_that_keeps_failing_ends_in_an_apology_and_a_dead_letter(channel: Channel):
    bot = SlowBot()
    bot.faults = [RuntimeError("kaputt")] * 3
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    await channel.serve(customer_id)
    assert [message.body for message in channel.twilio.outbound] == [NOTICE, phrases().apology]
    assert channel.states(customer_id) == [(InboundState.FAILED, "attempts")]
    assert channel.store.inbox.retry(channel.messages(customer_id)[0].webhook.message_sid) == customer_id
    await channel.serve(customer_id)
    assert channel.states(customer_id) == [REPLIED]


async def test_a_person_who_takes_over_during_the_model_call_answers_alone(channel: Channel):
    def take_over(_messages: object) -> None:
        with channel.store.database.write() as connection:
            channel.store.people.hand_off(connection, customer_id, who="Luis", reason="call")

    channel.bots = SlowBot(take_over)
    channel.__post_init__()
    customer_id = channel.receive("uno")
    await channel.serve(customer_id)
    assert channel.twilio.outbound == []
    assert channel.states(customer_id) == [(InboundState.PROCESSED, "handed_off")]


@pytest.mark.parametrize(
    ("faults", "sent"),
    [
        (["429"], 1),
        (["429", "63018", "429"], 1),
        (["500_sent"], 1),
        (["timeout_sent"], 1),
        (["500"], 1),
        (["cut", "429"], 1),
        (["63016"], 0),
    ],
)
async def test_every_fault_of_a_send_ends_in_at_most_one_message(channel: Channel, faults: list[str], sent: int):
    await channel.talk("hola")
    before = len(channel.twilio.outbound)
    channel.twilio.script(*faults)
    customer_id = channel.receive("¿tienen jetta?")
    await channel.serve(customer_id)
    assert len(channel.twilio.outbound) - before == sent
    last = channel.store.outbox.of(customer_id)[-1]
    assert last.state is (OutboxState.ACCEPTED if sent else OutboxState.FAILED)
    if sent:
        assert last.message_sid == channel.twilio.outbound[-1].sid


async def test_a_send_that_died_after_its_request_is_found_in_the_list(channel: Channel):
    customer_id = channel.receive("hola")
    fence = channel.store.people.claim(customer_id, "dead worker", 0.0)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    notice_row = channel.store.outbox.of(customer_id)[0]
    with channel.store.database.write() as connection:
        channel.store.outbox.start(connection, notice_row.outbox_id)
    channel.api.send(channel.store.people.get(customer_id).address, notice_row.content, "http://127.0.0.1:1/")
    channel.store.people.renew(["dead worker"], -1)
    await channel.serve(customer_id)
    assert [message.body for message in channel.twilio.outbound].count(NOTICE) == 1
    assert {out.state for out in channel.store.outbox.of(customer_id)} == {OutboxState.ACCEPTED}


async def test_nothing_leaves_outside_the_window_but_the_template(channel: Channel):
    await channel.talk("hola")
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id

    async def deliver() -> OutboxState:
        with channel.store.database.write() as connection:
            draft = Draft(outbox_id=new_sid("")[:32], kind=OutboxKind.REPLY, content=Content(body="tarde"))
            channel.store.outbox.add(connection, customer_id, [draft])
            channel.store.people.change(connection, customer_id, last_inbound_at=utc_now() - timedelta(hours=25))
        await channel.serve(customer_id)
        return channel.store.outbox.of(customer_id)[-1].state

    before = len(channel.twilio.outbound)
    assert await deliver() is OutboxState.FAILED
    assert len(channel.twilio.outbound) == before
    channel.settings = channel.settings.model_copy(update={"window_template": "HX" + "1" * 32})
    channel.__post_init__()
    assert await deliver() is OutboxState.ACCEPTED
    assert channel.twilio.outbound[-1].content_sid == "HX" + "1" * 32


async def test_an_opt_out_stops_what_was_already_written(channel: Channel):
    await channel.talk("hola")
    customer_id = channel.receive("¿tienen jetta?")
    fence = channel.store.people.claim(customer_id, "a worker", 5)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    before = len(channel.twilio.outbound)
    channel.receive("STOP")
    await channel.serve(customer_id)
    sent = [message.body for message in channel.twilio.outbound[before:]]
    assert len(sent) == 1
    assert "ya no te enviaré" in sent[0]
    assert [out.error for out in channel.store.outbox.of(customer_id)][-2:] == ["opted_out", ""]


async def test_a_promoted_release_is_served_from_the_next_turn_on(channel: Channel):
    await channel.talk("hola")
    channel.store.core.releases.promote("offline-exacto", who="test", reason="test")
    channel.bots._clock = lambda: 10_000_000.0  # type: ignore[attr-defined]
    await channel.talk("busco un jetta")
    customer = channel.store.people.find(CUSTOMER)[0]
    assert customer.conversation_id
    turns = channel.store.core.conversations.turns(customer.conversation_id)
    assert [turn.trace.release_id for turn in turns] == ["offline-base", "offline-exacto"]
