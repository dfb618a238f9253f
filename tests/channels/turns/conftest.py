from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot_core.settings import Settings
from channels.observability.metrics import Metrics
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from channels.turns.bots import open_bots
from tests.fakes.channel import Channel
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
    """The real bot of the promoted release, the real Twilio client, no engine."""
    bots = open_bots(settings, store, core, metrics=Metrics())
    return Channel(settings, core, store, twilio, bots)
