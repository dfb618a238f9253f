from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from channels.web.app import create_app


@pytest.fixture
def client(settings: ChannelSettings, store: ChannelStore) -> FlaskClient:
    return create_app(settings, store=store).test_client()
