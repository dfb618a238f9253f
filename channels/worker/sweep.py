"""Finds the customers whom nobody rang for: a lost ring, a worker that died, a message to send whose time has come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from channels.settings import ChannelSettings
from channels.store.store import ChannelStore

_PERIOD = 3
"""Sweeps that share one name of their rings."""


class Bell(Protocol):
    def ring(self, customer_id: str, ring_id: str) -> None:
        """Ask for a worker; the same ring twice is one."""
        ...

    def is_behind(self) -> bool:
        """More rings wait than can be answered at once."""
        ...


def ring_forgotten(store: ChannelStore, bell: Bell, settings: ChannelSettings, now: datetime) -> int:
    """Ring for everybody with work that nobody holds a lease for. How many rings that were. Raises StoreError."""
    if bell.is_behind():
        # More rings for those who wait already would only make everybody wait longer.
        return 0
    # Fresh messages were rung for: leave them to the doorbell.
    patience = timedelta(seconds=settings.quiet_seconds + settings.sweep_seconds)
    # The same ring from several workers, and while an earlier one still waits, is one ring.
    period = int(now.timestamp() / (_PERIOD * settings.sweep_seconds))
    forgotten = store.unattended(now, arrived_before=now - patience)
    for customer_id in forgotten:
        bell.ring(customer_id, f"sweep-{period}")
    return len(forgotten)
