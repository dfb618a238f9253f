"""From a stored message to what the customer reads, with the real bot and the real Twilio client, on both databases."""

from __future__ import annotations

import asyncio
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


async def test_two_workers_never_think_for_one_customer_at_once(channel: Channel):
    others_are_done = asyncio.Event()

    async def pause(_messages: object) -> None:
        await asyncio.wait_for(others_are_done.wait(), 10)

    bot = SlowBot(pause)
    workers = [Channel(channel.settings, channel.core, channel.store, channel.twilio, bot) for _ in range(5)]
    customer_id = channel.receive("uno")
    serving = [asyncio.create_task(one.serve(customer_id, f"worker {n}")) for n, one in enumerate(workers)]
    done: set[asyncio.Task[str]] = set()
    while len(done) < 4:
        await asyncio.wait([task for task in serving if task not in done], return_when=asyncio.FIRST_COMPLETED)
        done = {task for task in serving if task.done()}
    assert {task.result() for task in done} == {"busy"}
    others_are_done.set()
    assert sorted(await asyncio.gather(*serving)) == ["busy"] * 4 + ["rested"]
    assert (bot.peak, len(bot.turns)) == (1, 1)


async def test_within_one_worker_a_second_ring_waits_for_the_first(channel: Channel):
    bot = SlowBot()
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    outcomes = await asyncio.gather(*(channel.serve(customer_id, f"ring {n}") for n in range(5)))
    assert set(outcomes) == {"rested"}
    assert len(bot.turns) == 1


async def test_a_run_that_goes_on_after_its_lease_is_over_is_safe_from_the_first_step_on(channel: Channel):
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "killed and recovered", -1)
    assert fence is not None
    with channel.store.people.fenced(customer_id, fence):
        pass
    assert channel.store.people.claim(customer_id, "another worker", 60) is None


async def test_who_lost_the_lease_writes_and_sends_nothing(channel: Channel):
    def somebody_takes_over(_messages: object) -> None:
        channel.store.people.renew(["a worker"], -1)
        assert channel.store.people.claim(customer_id, "another worker", 60) is not None

    channel.bots = SlowBot(somebody_takes_over)
    channel.__post_init__()
    customer_id = channel.receive("uno")
    assert await channel.serve(customer_id) == "lost"
    assert channel.twilio.outbound == []
    assert channel.states(customer_id) == [(InboundState.RECEIVED, "")]


async def test_a_finished_turn_of_a_dead_worker_is_sent_not_thought_again(channel: Channel):
    bot = SlowBot()
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "dead worker", 0.0)
    assert fence is not None
    assert await channel.turns.think(customer_id, fence) == "thought"
    channel.store.people.renew(["dead worker"], -1)
    await channel.serve(customer_id)
    assert len(bot.turns) == 1
    assert [message.body for message in channel.twilio.outbound] == [NOTICE, "eco: uno"]


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


async def test_a_worker_that_cannot_renew_its_leases_stops_thinking(channel: Channel):
    """The database is away for longer than a lease: whoever takes over must not find us at the model too."""
    begun = asyncio.Event()
    ended: list[str] = []

    async def forever(_messages: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("given up")
            raise

    channel.settings = channel.settings.model_copy(update={"lease_seconds": 0.3})
    bot = SlowBot(forever)
    channel.bots = bot
    channel.__post_init__()
    customer_id = channel.receive("uno")
    assert await channel.serve(customer_id) == "lost", "nobody renews here"
    assert begun.is_set()
    assert (ended, bot.at_once) == (["given up"], 0)
    assert channel.states(customer_id) == [(InboundState.RECEIVED, "")]


async def test_a_worker_that_renews_thinks_as_long_as_it_takes(channel: Channel):
    async def a_while(_messages: object) -> None:
        for _ in range(8):
            channel.leases.renew()
            await asyncio.sleep(0.1)

    channel.settings = channel.settings.model_copy(update={"lease_seconds": 0.4})
    channel.bots = SlowBot(a_while)
    channel.__post_init__()
    assert await channel.serve(channel.receive("uno")) == "rested"
    assert len(channel.twilio.outbound) == 2
