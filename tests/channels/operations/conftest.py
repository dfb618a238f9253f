from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot_core.settings import Settings
from channels.operations.desk import Desk
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, TOKEN


@pytest.fixture(scope="session")
def shared_twilio() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN, hang_seconds=0.5) as server:
        yield server


@pytest.fixture
def twilio(shared_twilio: TwilioServer) -> TwilioServer:
    shared_twilio.reset()
    return shared_twilio


@pytest.fixture
def channel(settings: ChannelSettings, core: Settings, store: ChannelStore, twilio: TwilioServer) -> Channel:
    return Channel(settings, core, store, twilio, SlowBot())


@pytest.fixture
def rung() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def desk(channel: Channel, rung: list[tuple[str, str]]) -> Desk:
    made = Desk(channel.settings, channel.core, channel.store, channel.api, lambda *ring: rung.append(ring))
    made.reconciler._youngest = timedelta(0)
    return made
