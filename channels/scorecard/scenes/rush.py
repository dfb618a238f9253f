"""S6: how soon a webhook is answered while every model slot is busy."""

from __future__ import annotations

from channels.scorecard.load import single
from channels.scorecard.rows import Row, at_least, at_most, quantile
from channels.scorecard.stage import CALLS_AT_ONCE, Stage
from channels.scorecard.world import THINKING

_FIRST = 100_000
_FOR_A_SLOT = 3.0
"""Customers for each model slot."""
PER_SECOND = 50


def play(stage: Stage, *, seconds: float, patience: float) -> list[Row]:
    """More customers than slots write without a pause, fifty messages a second, and the model takes its time."""
    slots = CALLS_AT_ONCE
    customers = int(_FOR_A_SLOT * slots)
    with stage.model.in_mood(THINKING):
        # First everybody once, so that the slots are busy when the measuring begins.
        stage.write([single(_FIRST + number, 0, number / PER_SECOND) for number in range(customers)])
        busy = stage.model.in_flight
        count = int(PER_SECOND * seconds)
        posts = [single(_FIRST + n % customers, 1 + n // customers, n / PER_SECOND) for n in range(count)]
        hits = stage.write(posts)
        busy = max(busy, stage.model.in_flight)
    stage.settled(patience)
    acks = [1000 * hit.seconds for hit in hits if hit.status == 200]
    pace = f"{count} webhooks at {PER_SECOND}/s"
    return [
        at_most("S6", "ack p50, ms, every model slot busy", quantile(acks, 0.5), 25, pace, timed=True),
        at_most("S6", "ack p99, ms, every model slot busy", quantile(acks, 0.99), 250, pace, timed=True),
        at_least("S6", "model slots busy meanwhile", busy, slots * 0.9, timed=True),
    ]
