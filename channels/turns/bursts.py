"""When a burst of messages is complete enough to answer. Pure: times in, seconds out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Arrival(Protocol):
    @property
    def received_at(self) -> datetime: ...
    @property
    def urgent(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class BurstRules:
    quiet_seconds: float
    longest_seconds: float
    """From the first message on: who never stops writing is answered too."""


def seconds_to_wait(messages: Sequence[Arrival], now: datetime, rules: BurstRules) -> float:
    """0 when the messages (at least one) should be answered now. An urgent one ends the wait."""
    if any(message.urgent for message in messages):
        return 0.0
    arrivals = [message.received_at for message in messages]
    since_last = (now - max(arrivals)).total_seconds()
    since_first = (now - min(arrivals)).total_seconds()
    wait = min(rules.quiet_seconds - since_last, rules.longest_seconds - since_first)
    # A clock that jumped back must not make a customer wait for it to catch up.
    return min(max(wait, 0.0), rules.quiet_seconds)
