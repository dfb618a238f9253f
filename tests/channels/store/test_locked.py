"""A database that somebody else has locked: a webhook waits for a while, then says so, on both databases."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text

from bot_core.errors import StoreError
from bot_core.settings import Settings
from channels.inbound.reading import read_signals
from channels.inbound.webhook import read_webhook
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore, open_channel_store
from tests.fakes.webhooks import inbound_form


def test_a_locked_table_is_an_error_in_time(core: Settings, settings: ChannelSettings, store: ChannelStore):
    impatient = open_channel_store(settings, core, busy_timeout_ms=100)
    webhook = read_webhook(inbound_form("hola"))
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.database.write() as connection:
            if not store.database.is_sqlite:
                connection.execute(text("LOCK TABLE whatsapp_inbound IN ACCESS EXCLUSIVE MODE"))
            locked.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        began = time.monotonic()
        with pytest.raises(StoreError):
            impatient.inbox.add(webhook, read_signals(webhook))
        assert time.monotonic() - began < 5
    finally:
        done.set()
        holder.join()
        impatient.close()
    assert not store.inbox.knows(webhook.message_sid)
