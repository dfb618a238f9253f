"""What customers meet at the edges: media of every kind, floods, long waits, the typing indicator."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot_core.llm.gateway import ModelSettings
from bot_core.messages import MAX_REPLY_CHARS, utc_now
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from channels.inbound.reading import read_signals
from channels.inbound.webhook import read_webhook
from channels.store.records import InboundState, OutboxKind, Reason
from channels.store.store import open_channel_store
from channels.texts import phrases
from channels.turns.bots import Bots
from tests.fakes.channel import Channel
from tests.fakes.paid_model import PaidModel
from tests.fakes.webhooks import CUSTOMER, inbound_form

MEDIA = {
    "image/jpeg": "imágenes",
    "audio/ogg": "audios",
    "video/mp4": "videos",
    "application/pdf": "documentos",
    "text/vcard": "contactos",
    "image/webp": "stickers",
}


@pytest.mark.parametrize(("declared", "word"), MEDIA.items())
async def test_each_kind_of_media_is_named_and_answered(channel: Channel, declared: str, word: str):
    texts = await channel.talk("", NumMedia="1", MediaContentType0=declared, MediaUrl0="https://evil.example/x")
    assert word in texts[-1].lower()
    assert "auto" in texts[-1].lower(), "it says what the bot can do"


async def test_a_location_is_answered(channel: Channel):
    texts = await channel.talk("", Latitude="19.43", Longitude="-99.13", MessageType="location")
    assert "ubicaci" in texts[-1].lower()


async def test_media_with_words_is_answered_by_the_words(channel: Channel):
    texts = await channel.talk("¿tienen jetta?", NumMedia="1", MediaContentType0="image/jpeg")
    assert "Jetta" in texts[-1]


async def test_a_voice_note_of_who_left_is_answered(channel: Channel):
    await channel.talk("hola")
    await channel.talk("BAJA")
    assert await channel.talk("buenas noches, gracias") == []
    (text,) = await channel.talk("", NumMedia="1", MediaContentType0="audio/ogg")
    assert "audios" in text


async def test_an_old_feedback_button_of_who_left_is_an_opinion_and_no_wish_to_come_back(channel: Channel):
    await channel.talk("hola")
    (customer,) = channel.store.people.find(CUSTOMER)
    assert customer.conversation_id
    (turn,) = channel.store.core.conversations.turns(customer.conversation_id)
    await channel.talk("BAJA")
    assert await channel.talk("No mucho", ButtonPayload=f"fb:{turn.tracking_id}:down", ButtonText="No mucho") == []
    assert channel.states(customer.customer_id)[-1] == (InboundState.PROCESSED, Reason.FEEDBACK)
    assert [opinion.value for opinion in channel.store.core.feedback.of(turn.tracking_id)] == ["down"]
    with channel.store.database.read() as connection:
        assert channel.store.people.has_opted_out(connection, customer.matching_key)


async def test_a_flood_is_stored_not_answered_and_harms_nobody(channel: Channel):
    limit = 5
    settings = channel.settings.model_copy(update={"sender_per_minute": limit})
    store = open_channel_store(settings, channel.core)
    channel.store, channel.settings = store, settings
    channel.__post_init__()
    for number in range(60):
        flooder = channel.receive(f"mensaje {number}", sender="whatsapp:+5215500000001")
    began = time.monotonic()
    assert len(await channel.talk("¿tienen jetta?")) == 2
    assert time.monotonic() - began < 10
    await channel.serve(flooder)
    kinds = [state for state, _ in channel.states(flooder)]
    reasons = [reason for _, reason in channel.states(flooder)]
    assert len(kinds) == 60, "nothing is thrown away"
    assert reasons.count("limited") == 60 - limit
    assert kinds.count(InboundState.REPLIED) == limit
    assert len(channel.twilio.sent_to("whatsapp:+5215500000001")) == 2, "one notice, one reply for all that counted"
    store.close()


async def test_who_waited_long_is_asked_for_patience_once(channel: Channel):
    form = inbound_form("¿tienen jetta?")
    webhook = read_webhook(form).model_copy(update={"received_at": utc_now() - timedelta(seconds=90)})
    customer_id = channel.store.inbox.add(webhook, read_signals(webhook)).customer_id
    await channel.serve(customer_id)
    kinds = [out.kind for out in channel.store.outbox.of(customer_id)]
    assert kinds == [OutboxKind.NOTICE, OutboxKind.LATE, OutboxKind.REPLY]
    assert [message.body for message in channel.twilio.sent_to(CUSTOMER)][1] == phrases().late
    assert len(await channel.talk("gracias")) == 1


async def test_typing_shows_while_a_model_thinks_and_only_then(channel: Channel, tmp_path: Path):
    assert await channel.talk("hola")
    assert channel.twilio.typing == []
    factory = BotFactory(settings=Settings(_env_file=None, data_dir=tmp_path))
    release = with_model(FileReleaseSource().current(), ModelSettings(model="openai/test"))
    channel.store.core.releases.add(release, who="test")
    built = BotFactory(catalog=factory.catalog, knowledge=factory.knowledge, gateway=PaidModel(factory))
    channel.bots = Bots(built, channel.store.core.releases, pinned=release.release_id)
    channel.__post_init__()
    customer_id = channel.receive("¿tienen jetta?")
    await channel.serve(customer_id)
    deadline = time.monotonic() + 5
    while not channel.twilio.typing and time.monotonic() < deadline:
        time.sleep(0.01)
    assert channel.twilio.typing == [channel.messages(customer_id)[-1].webhook.message_sid]


async def test_sends_keep_their_distance_whoever_sends(channel: Channel):
    settings = channel.settings.model_copy(update={"sends_per_second": 4})
    workers = [Channel(settings, channel.core, channel.store, channel.twilio, channel.bots) for _ in range(2)]
    for number, one in enumerate(workers):
        await one.serve(one.receive("hola", sender=f"whatsapp:+521550000010{number}"), f"worker {number}")
    times = sorted(message.created_at for message in channel.twilio.outbound)
    assert len(times) == 4
    assert (times[-1] - times[0]).total_seconds() > 0.6


def test_no_phrase_of_the_channel_is_too_long():
    assert all(len(text) <= MAX_REPLY_CHARS for text in (phrases().late, phrases().apology, phrases().notice))
