"""Who waits and is looked after by nobody is rung for; a backlog is not made longer. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot_core.messages import utc_now
from bot_core.settings import Settings
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from channels.worker.sweep import ring_forgotten
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, TOKEN

LATER = timedelta(seconds=60)


class Rings:
    """What the queue would hold: the same ring twice is one."""

    def __init__(self, *, behind: bool = False) -> None:
        self.behind = behind
        self.held: set[tuple[str, str]] = set()

    def ring(self, customer_id: str, ring_id: str) -> None:
        self.held.add((customer_id, ring_id))

    def is_behind(self) -> bool:
        return self.behind

    @property
    def customers(self) -> set[str]:
        return {customer_id for customer_id, _ in self.held}


@pytest.fixture
def channel(settings: ChannelSettings, core: Settings, store: ChannelStore, tmp_path: Path) -> Iterator[Channel]:
    with TwilioServer(ACCOUNT, TOKEN) as twilio:
        yield Channel(settings, core, store, twilio, SlowBot())


def test_a_message_that_nobody_rang_for_is_found(channel: Channel):
    customer, rings = channel.receive("hola"), Rings()
    assert ring_forgotten(channel.store, rings, channel.settings, utc_now() + LATER) == 1
    assert rings.customers == {customer}


def test_a_fresh_message_is_left_to_its_own_ring(channel: Channel):
    channel.receive("hola")
    rings = Rings()
    assert ring_forgotten(channel.store, rings, channel.settings, utc_now()) == 0
    assert rings.held == set()


def test_who_is_being_looked_after_is_not_rung_for(channel: Channel):
    customer = channel.receive("hola")
    assert channel.store.people.claim(customer, "a worker", seconds=300)
    assert ring_forgotten(channel.store, Rings(), channel.settings, utc_now() + LATER) == 0


def test_who_died_in_the_middle_is_found_when_the_lease_is_over(channel: Channel):
    customer, rings = channel.receive("hola"), Rings()
    assert channel.store.people.claim(customer, "a worker", seconds=30)
    ring_forgotten(channel.store, rings, channel.settings, utc_now() + LATER)
    assert rings.customers == {customer}


async def test_who_was_answered_is_not_rung_for(channel: Channel):
    await channel.talk("hola")
    assert ring_forgotten(channel.store, Rings(), channel.settings, utc_now() + LATER) == 0


def test_while_rings_wait_no_more_are_added(channel: Channel):
    channel.receive("hola")
    rings = Rings(behind=True)
    assert ring_forgotten(channel.store, rings, channel.settings, utc_now() + LATER) == 0
    assert rings.held == set()


def test_several_workers_ring_once_and_a_ring_that_came_to_nothing_is_repeated(channel: Channel):
    channel.receive("hola")
    every, rings = channel.settings.sweep_seconds, Rings()
    begun = utc_now() + LATER
    start = begun - timedelta(seconds=begun.timestamp() % (3 * every))
    for _worker in range(3):
        ring_forgotten(channel.store, rings, channel.settings, start + timedelta(seconds=1))
    assert len(rings.held) == 1
    ring_forgotten(channel.store, rings, channel.settings, start + timedelta(seconds=1 + 3 * every))
    assert len(rings.held) == 2
