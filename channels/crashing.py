"""Places where the scorecard kills a process without warning. Without a setting they do nothing."""

from __future__ import annotations

import os
import random
import signal

POINTS = ("after_commit", "after_claim", "during_model", "after_model", "after_outbox", "after_post")


class CrashPoints:
    """`spec` is "after_post=0.05,after_claim=0.02": the share of passages that end in `kill -9`."""

    def __init__(self, spec: str = "") -> None:
        pairs = (part.partition("=") for part in spec.split(",") if part)
        self._shares = {name.strip(): float(share or 1) for name, _, share in pairs}
        # Every process of a series of restarts draws anew.
        self._random = random.Random()

    def reached(self, point: str) -> None:
        assert point in POINTS
        if self._random.random() < self._shares.get(point, 0.0):
            os.kill(os.getpid(), signal.SIGKILL)
