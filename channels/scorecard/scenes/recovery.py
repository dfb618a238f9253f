"""S8: every worker is killed while it thinks; how long until its customers have their replies."""

from __future__ import annotations

import time

from channels.scorecard.load import single
from channels.scorecard.rows import Row, at_most
from channels.scorecard.stage import LEASE, Stage

_FIRST = 200_000
_CUSTOMERS = 20
_MARGIN = 15.0


def play(stage: Stage, *, patience: float) -> list[Row]:
    stage.write([single(_FIRST + number, 0, 0.0) for number in range(_CUSTOMERS)])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and stage.model.in_flight < _CUSTOMERS // 2:
        time.sleep(0.02)
    for name in stage.fleet.names("worker"):
        stage.fleet.kill(name)
    began = time.monotonic()
    stage.settled(patience)
    took = time.monotonic() - began
    detail = f"all of {stage.setting.workers} workers killed with {_CUSTOMERS} customers waiting"
    return [at_most("S8", "recovery after kill -9 of every worker, s", took, LEASE + _MARGIN, detail, timed=True)]
