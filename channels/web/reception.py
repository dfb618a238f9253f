"""Where a proven webhook goes: the database, or a file when the database's process is away."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple, Protocol

from bot_core.errors import StoreError
from channels.crashing import CrashPoints
from channels.inbound.reading import read_signals
from channels.inbound.webhook import InboundWebhook
from channels.privacy.keys import Sealer
from channels.store.store import ChannelStore
from channels.web.doorbell import Doorbell


class Taken(NamedTuple):
    result: str
    """"stored" or "duplicate"."""
    customer_id: str | None
    """The pseudonym; None where no key is at hand."""


class Reception(Protocol):
    def take(self, webhook: InboundWebhook) -> Taken:
        """Keep it durably. Raises StoreError: then Twilio is told to come again."""
        ...


class DatabaseReception:
    def __init__(self, store: ChannelStore, doorbell: Doorbell, crashes: CrashPoints) -> None:
        self._store = store
        self._crashes = crashes
        self._doorbell = doorbell

    def take(self, webhook: InboundWebhook) -> Taken:
        stored = self._store.inbox.add(webhook, read_signals(webhook))
        self._crashes.reached("after_commit")
        if stored.waits:
            self._doorbell.ring(stored.customer_id, webhook.message_sid)
        return Taken("stored" if stored.is_new else "duplicate", stored.customer_id)


class SpoolReception:
    """One file for each message, complete or not there. `python -m channels reconcile` reads them."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    def take(self, webhook: InboundWebhook) -> Taken:
        path = self._folder / f"{webhook.message_sid}.json"
        if path.exists():
            return Taken("duplicate", None)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_durably(path, json.dumps({"sealed": self._sealer.seal(webhook.model_dump_json())}))
        except OSError as error:
            raise StoreError(f"{self._folder}: {error.strerror}") from error
        return Taken("stored", None)


def _write_durably(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
