"""The main load: everything at once, while processes are killed at the named points and at any moment."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from channels.crashing import POINTS
from channels.sandbox.wire import FakeMessage
from channels.scorecard.load import LoadPlan, generate
from channels.scorecard.rows import Row, told, zero
from channels.scorecard.scenes import attack
from channels.scorecard.stage import Stage

WORKER_POINTS = tuple(point for point in POINTS if point != "after_commit")
CONFIRMED = "ya no te enviaré"
_TICK = 0.1
_LONGER = 1.3
"""The kills go on while what was written is being answered."""
_WEB_SHARE = 0.2
_REFORKED = "was sent SIGKILL"
"""What gunicorn says when its child killed itself; it starts the next one on its own."""


def crash_plan(workers: int, kills: int, *, share: float, seed: int) -> dict[str, tuple[str, ...]]:
    """For each process the crash points of its lives, one after the other."""
    if not kills:
        return {}
    rng = random.Random(seed)
    names = [f"worker-{number}" for number in range(workers)]
    plan: dict[str, list[str]] = {name: [] for name in names}
    points = list(WORKER_POINTS) * (1 + kills // len(WORKER_POINTS))
    rng.shuffle(points)
    for number, point in enumerate([*WORKER_POINTS, *points][:kills]):
        plan[names[number % workers]].append(f"{point}={share}")
    # After all those a life that ends only when it is killed from outside.
    return {name: tuple(lives) for name, lives in plan.items()} | {"web": (f"after_commit={share / 10}",) * (kills + 1)}


def play(stage: Stage, plan: LoadPlan, *, kills: int, patience: float, say: Callable[[str], None]) -> list[Row]:
    load = generate(plan)
    stage.bursts = load.bursts
    stage.cancellable |= {post.sid for post in load.posts if post.form["From"] in load.leavers}
    reaper = Reaper(stage, kills, plan.seconds, seed=plan.seed)
    began = time.monotonic()
    attacker = threading.Thread(target=attack.play, args=(stage, load.posts), daemon=True)
    reaper.start()
    attacker.start()
    stage.write(load.posts)
    reaper.finish()
    attacker.join()
    wrote = time.monotonic() - began
    say(f"written in {wrote:.0f} s, {reaper.count} kills; {stage.unsettled()} unsettled")
    stage.fleet.disarm()
    stage.settled(patience)
    took = time.monotonic() - began - wrote
    beyond = sum(after_goodbye(stage.twilio.sent_to(leaver)) for leaver in load.leavers)
    return [
        zero("S10", "sends after the opt-out was confirmed", beyond, f"{len(load.leavers)} people left"),
        told(
            "load",
            "webhooks",
            load.webhooks,
            f"{len(load.posts)} messages, {plan.customers} customers, {wrote:.0f} s",
        ),
        told("load", "kills", reaper.count, reaper.summary()),
        told("load", "seconds until all was settled", took),
    ]


def after_goodbye(sent: list[FakeMessage]) -> int:
    confirmed = [index for index, message in enumerate(sent) if CONFIRMED in message.body]
    return len(sent) - 1 - confirmed[0] if confirmed else 0


class Reaper:
    """Sees to it that so many processes have died by the end; those that die at their crash points count."""

    def __init__(self, stage: Stage, kills: int, seconds: float, *, seed: int) -> None:
        self._stage = stage
        self._kills = kills
        self._seconds = seconds
        self._random = random.Random(seed)
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def count(self) -> int:
        return len(self._stage.fleet.deaths) + self._reforked()

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Returns when all of them have died."""
        self._thread.join()

    def summary(self) -> str:
        points = Counter(death.point.partition("=")[0] for death in self._stage.fleet.deaths)
        points["after_commit"] += self._reforked()
        return ", ".join(f"{name} {count}" for name, count in sorted(points.items()))

    def _run(self) -> None:
        began = time.monotonic()
        while self.count < self._kills:
            time.sleep(_TICK)
            due = self._kills * min((time.monotonic() - began) / (_LONGER * self._seconds), 1.0)
            # A little behind, so that the named points have their chance.
            if self.count < due - 1 or due >= self._kills:
                self._kill()

    def _kill(self) -> None:
        workers = self._stage.fleet.names("worker")
        names = workers if workers and self._random.random() >= _WEB_SHARE else ("web",)
        self._stage.fleet.kill(self._random.choice(names))
        # Its death is counted when the fleet has heard of it.
        time.sleep(_TICK)

    def _reforked(self) -> int:
        log = self._stage.folder / "web.log"
        return log.read_text(errors="replace").count(_REFORKED) if log.exists() else 0
