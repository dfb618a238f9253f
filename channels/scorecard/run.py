"""One run of the scorecard: a database and a number of workers, all scenes, one list of rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from channels.scorecard.judge import judge
from channels.scorecard.load import LoadPlan
from channels.scorecard.rows import Row
from channels.scorecard.scenes import erasure, flood, locked, outage, presence, recovery, replay, rush, storm
from channels.scorecard.stage import Setting, Stage, stage
from channels.scorecard.world import FAULTS


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    load: LoadPlan
    kills: int
    share: float
    """Of the passages of a crash point that end there."""
    rush_seconds: float
    outage_customers: int
    presence_each: int
    flood_customers: int
    flood_seconds: float
    replays: int
    patience: float
    """Seconds within which everything must be settled after a scene."""
    faults: tuple[tuple[str, float], ...] = FAULTS


SMALL = Size(LoadPlan(14, 3, 7.0), 8, 0.3, 3.0, 5, 2, 8, 4.0, 120, 90.0)
FULL = Size(LoadPlan(330, 2, 160.0), 100, 0.1, 24.0, 30, 6, 40, 8.0, 2200, 300.0)
"""Some 5,000 webhooks in all scenes together; four settings, two of them with three workers, make the whole: 20,000
webhooks and 800 kills, each life long enough to get something done."""

Say = Callable[[str], None]
Scene = Callable[[Stage, Size, Say], list[Row]]


def _storm(on: Stage, size: Size, say: Say) -> list[Row]:
    plan = replace(size.load, seed=on.seed, media_url=on.foreign.media_url)
    kills = size.kills * on.setting.workers
    return storm.play(on, plan, kills=kills, patience=size.patience, say=say)


SCENES: dict[str, Scene] = {
    "rush": lambda on, size, _say: rush.play(on, seconds=size.rush_seconds, patience=size.patience),
    "storm": _storm,
    "recovery": lambda on, size, _say: recovery.play(on, patience=size.patience),
    "outage": lambda on, size, _say: outage.play(on, customers=size.outage_customers, patience=size.patience),
    "presence": lambda on, size, _say: presence.play(on, each=size.presence_each, patience=size.patience),
    "flood": lambda on, size, _say: flood.play(
        on, customers=size.flood_customers, seconds=size.flood_seconds, patience=size.patience
    ),
    "locked": lambda on, size, _say: locked.play(on, patience=size.patience),
    "replay": lambda on, size, _say: replay.play(on, most=size.replays),
}


GATE = ("storm", "outage", "presence", "locked", "replay")
"""Scenes whose rows say nothing about the machine: these run in the tests."""


def run(
    setting: Setting,
    size: Size,
    *,
    seed: int = 7,
    say: Say = lambda _text: None,
    scenes: tuple[str, ...] = tuple(SCENES),
    erases: bool = True,
) -> list[Row]:
    """Raises AssertionError when the processes do not even start."""
    rows: list[Row] = []
    kills = size.kills * setting.workers
    crashes = storm.crash_plan(setting.workers, kills, share=size.share, seed=seed) if "storm" in scenes else {}
    with (
        tempfile.TemporaryDirectory(prefix="kavak-scorecard-") as folder,
        stage(setting, Path(folder), seed=seed) as on,
    ):
        on.faults.shares = size.faults
        for name in scenes:
            began = time.monotonic()
            if name == "storm":
                on.fleet.arm(crashes)
            rows += SCENES[name](on, size, say)
            say(f"{name}: {time.monotonic() - began:.0f} s")
        rows += judge(on)
        if erases:
            rows += erasure.play(on, patience=size.patience)
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[int, str]:
    number = row.name.removeprefix("S")
    return (int(number), row.name) if number.isdigit() else (99, row.name)
