"""Each guarantee taken out turns its gate red; with it, the same scene is green."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot_core.settings import Settings
from channels.inbound.signature import SignatureCheck
from channels.outbound.sender import OutboxSender
from channels.scorecard.mutants import MUTATIONS
from channels.settings import ChannelSettings
from channels.store.inbox import Inbox
from channels.store.people import People
from channels.store.store import open_channel_store
from channels.web.app import create_app
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, TOKEN, inbound_form, request_of

_PATCHED = (
    (People, "claim"), (People, "fenced"), (Inbox, "add"), (OutboxSender, "_objection"), (OutboxSender, "_failed"),
    (SignatureCheck, "accepts"),
)  # fmt: skip


@pytest.fixture
def channel(settings: ChannelSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    for owner, name in _PATCHED:
        # So that what a mutation replaces comes back after the test.
        monkeypatch.setattr(owner, name, getattr(owner, name))
    core = Settings(_env_file=None, data_dir=tmp_path)
    store = open_channel_store(settings, core)
    with TwilioServer(ACCOUNT, TOKEN) as twilio:
        yield Channel(settings, core, store, twilio, SlowBot())
    store.close()


async def at_once(channel: Channel) -> int:
    """S4: two workers at one customer."""

    async def pause(_messages: object) -> None:
        await asyncio.sleep(0.05)

    bot = SlowBot(pause)
    channel.bots = bot
    channel.__post_init__()
    other = Channel(channel.settings, channel.core, channel.store, channel.twilio, bot)
    customer_id = channel.receive("uno")
    await asyncio.gather(channel.serve(customer_id, "one"), other.serve(customer_id, "other"), return_exceptions=True)
    return bot.peak - 1


async def repeated(channel: Channel) -> int:
    """S7: the same webhook again."""
    client = create_app(channel.settings, store=channel.store).test_client()
    request = request_of(inbound_form("uno"))
    assert isinstance(channel.bots, SlowBot)
    for _ in range(2):
        client.post(**request)
        await channel.serve(channel.store.people.find(CUSTOMER)[0].customer_id)
    return len(channel.bots.turns) - 1


async def after_opt_out(channel: Channel) -> int:
    """S10: the customer leaves while the reply is already written."""
    await channel.talk("hola")
    customer_id = channel.receive("¿tienen jetta?")
    fence = channel.store.people.claim(customer_id, "a worker", 5)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    channel.receive("BAJA")
    before = len(channel.twilio.outbound)
    await channel.serve(customer_id)
    return sum("jetta" in message.body for message in channel.twilio.outbound[before:])


async def sent_twice(channel: Channel) -> int:
    """S2: Twilio answers 500 although it has sent."""
    await channel.talk("hola")
    channel.twilio.script("500_sent")
    before = len(channel.twilio.outbound)
    await channel.talk("uno")
    return len(channel.twilio.outbound) - before - 1


async def forged(channel: Channel) -> int:
    """S5: somebody else's webhook."""
    client = create_app(channel.settings, store=channel.store).test_client()
    request = request_of(inbound_form("hola"), token="not the token")
    return int(client.post(**request).status_code == 200)


SCENES: dict[str, Callable[[Channel], Awaitable[int]]] = {
    "lease": at_once,
    "unique-key": repeated,
    "presend-check": after_opt_out,
    "doubt": sent_twice,
    "signature": forged,
}


def test_every_mutation_has_its_scene():
    assert set(SCENES) == set(MUTATIONS)


@pytest.mark.parametrize("name", SCENES)
async def test_green_with_the_guarantee(channel: Channel, name: str):
    assert await SCENES[name](channel) == 0


@pytest.mark.parametrize("name", SCENES)
async def test_red_without_it(channel: Channel, name: str):
    MUTATIONS[name]()
    assert await SCENES[name](channel) > 0
