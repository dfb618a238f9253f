"""The typing indicator: a nicety that never delays a reply and never fails one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from channels.observability.metrics import Metrics
from channels.outbound.twilio import MessagingApi

THREADS = 2
MOST_WAITING = 20


class TypingIndicator:
    """Shown from threads of its own; when they are behind, it is left out. It also marks the message as read."""

    def __init__(self, api: MessagingApi, *, metrics: Metrics, enabled: bool = True) -> None:
        self._api = api
        self._metrics = metrics
        self._places = threading.Semaphore(MOST_WAITING if enabled else 0)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="typing")

    def show(self, message_sid: str) -> None:
        """At once; never raises."""
        if not self._places.acquire(blocking=False):
            return
        try:
            self._pool.submit(self._show, message_sid)
        except RuntimeError:
            # The process is stopping.
            self._places.release()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _show(self, message_sid: str) -> None:
        try:
            shown = self._api.show_typing(message_sid)
            self._metrics.typing.labels("shown" if shown else "refused").inc()
        finally:
            self._places.release()
