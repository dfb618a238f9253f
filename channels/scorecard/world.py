"""What Twilio and the model do in the scorecard: their faults, and the order of their reports."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Sequence

from channels.sandbox.model_server import Mood
from channels.sandbox.wire import FakeMessage

FAULTS = (("429", 0.05), ("500", 0.03), ("500_sent", 0.02), ("timeout_sent", 0.02), ("cut", 0.005), ("63013", 0.005))
"""Twilio's answers to a creation, by share; the last two are the 1 % of refusals: of the connection, of the message."""
REFUSED_CODE = "63013"
MODEL = Mood(seconds=(0.1, 1.5), refused=0.03, hanging=0.02)
"""2–30 s, twenty times faster."""
MODEL_TIMEOUT = 4.0
THINKING = Mood(seconds=(0.8 * MODEL_TIMEOUT, 0.8 * MODEL_TIMEOUT))
"""As long as it may without being given up."""
STATUSES = ("queued", "sent", "delivered", "read")
_ORDERS = tuple(itertools.permutations(STATUSES))
_EVERY = 3
"""Of so many messages one gets all four reports, one two, one none: that one is settled by Twilio's list alone."""


class Faults:
    """Which fault a creation meets. Customers in `closed` are refused with a 429 until they are let through."""

    def __init__(self, seed: int, *, shares: Sequence[tuple[str, float]] = FAULTS) -> None:
        self._random = random.Random(seed)
        self.shares = tuple(shares)
        self.closed: set[str] = set()
        self.refused = 0

    def draw(self, form: dict[str, str]) -> str:
        if form.get("To") in self.closed:
            return "429"
        drawn = self._random.random()
        for name, share in self.shares:
            if drawn < share:
                self.refused += name == REFUSED_CODE
                return name
            drawn -= share
        return "ok"


class Reports:
    """The status callbacks of each message: every order of the four in turn, one of them twice."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._count = 0
        self.orders: set[tuple[str, ...]] = set()

    def of(self, message: FakeMessage) -> Sequence[str]:
        del message
        with self._lock:
            number, self._count = self._count, self._count + 1
            turn, kind = divmod(number, _EVERY)
            if kind == 0:
                order = _ORDERS[turn % len(_ORDERS)]
                self.orders.add(order)
                return (*order, self._random.choice(order))
            return self._random.sample(("sent", "delivered"), 2) if kind == 1 else ()
