"""Keeps the leases of everything that this process works on, with one statement for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot_core.errors import StoreError
from channels.observability.logs import log
from channels.store.people import People

_log = log(__name__)


class LeaseKeeper:
    def __init__(self, people: People, *, seconds: float) -> None:
        self._people = people
        self._seconds = seconds
        self._owners: set[str] = set()
        self._renewed_at = time.monotonic()
        self._lock = threading.Lock()

    def are_over(self, *, since: float) -> bool:
        """A lease that was fresh at `since` (monotonic clock) was not renewed in time, the database being away or the
        machine too busy: somebody else may work for the customer by now."""
        return time.monotonic() - max(self._renewed_at, since) > self._seconds

    @contextmanager
    def kept(self, owner: str) -> Iterator[None]:
        with self._lock:
            self._owners.add(owner)
        try:
            yield
        finally:
            with self._lock:
                self._owners.discard(owner)

    def renew(self) -> None:
        with self._lock:
            owners = sorted(self._owners)
        began = time.monotonic()
        try:
            self._people.renew(owners, self._seconds)
            self._renewed_at = began
        except StoreError as error:
            # The fences keep the order; at worst others take over.
            _log.warning("renewal_failed", error=type(error).__name__)

    def keep(self, stop: threading.Event) -> None:
        """Until `stop`: three times within a lease."""
        while not stop.wait(self._seconds / 3):
            self.renew()
