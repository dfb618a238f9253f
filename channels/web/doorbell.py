"""Wakes the workers. The message is already stored: a ring that is lost only costs the seconds until the next sweep."""

from __future__ import annotations

import queue
import threading
from typing import Protocol

from channels.observability.logs import log

_MOST_WAITING = 10_000
_log = log(__name__)


class Doorbell(Protocol):
    def ring(self, customer_id: str, message_sid: str) -> None:
        """At once; never raises."""
        ...


class SilentBell:
    """Nobody listens: the workers' sweep finds the message."""

    def ring(self, customer_id: str, message_sid: str) -> None:
        del customer_id, message_sid


class Enqueue(Protocol):
    def __call__(self, customer_id: str, ring_id: str) -> None: ...


class BackgroundBell:
    """Rings from a thread of its own, so that the answer to Twilio waits for the inbox alone."""

    def __init__(self, enqueue: Enqueue) -> None:
        self._enqueue = enqueue
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(_MOST_WAITING)
        threading.Thread(target=self._run, name="doorbell", daemon=True).start()

    def ring(self, customer_id: str, message_sid: str) -> None:
        try:
            self._waiting.put_nowait((customer_id, message_sid))
        except queue.Full:
            _log.warning("doorbell_full", customer=customer_id)

    def join(self) -> None:
        """Until all rings so far are out."""
        self._waiting.join()

    def _run(self) -> None:
        while True:
            customer_id, message_sid = self._waiting.get()
            try:
                self._enqueue(customer_id, message_sid)
            except Exception as error:  # noqa: BLE001 - the sweep rings again
                _log.warning("doorbell_failed", customer=customer_id, error=type(error).__name__)
            finally:
                self._waiting.task_done()
