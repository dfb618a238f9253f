"""S8: every worker is killed while it thinks; how long until its customers have their replies."""

from __future__ import annotations

import time

from channels.scorecard.load import single
from channels.scorecard.rows import Row, at_least, at_most
from channels.scorecard.stage import LEASE, Stage
from channels.scorecard.world import THINKING

_FIRST = 200_000
_CUSTOMERS = 20
_MARGIN = 15.0


def play(stage: Stage, *, patience: float) -> list[Row]:
    """The model thinks so long that nobody is answered before the kill, and as usual after it."""
    with stage.model.in_mood(THINKING):
        stage.write([single(_FIRST + number, 0, 0.0) for number in range(_CUSTOMERS)])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and stage.model.in_flight < _CUSTOMERS // 2:
            time.sleep(0.02)
    waiting = stage.unsettled()
    for name in stage.fleet.names("worker"):
        stage.fleet.kill(name)
    began = time.monotonic()
    stage.settled(patience)
    took = time.monotonic() - began
    detail = f"all of {stage.setting.workers} workers killed"
    return [
        at_least("S8", "messages waiting at the kill of every worker", waiting, _CUSTOMERS // 2, timed=True),
        at_most("S8", "recovery after that kill, s", took, LEASE + _MARGIN, detail, timed=True),
    ]
