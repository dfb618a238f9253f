"""`python -m channels scorecard`: the small version, or the whole one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from channels.sandbox.postgres import PostgresServer, postgres_server
from channels.scorecard.baselines import compare
from channels.scorecard.mutations import mutate
from channels.scorecard.report import machine, misses, read, table, write
from channels.scorecard.rows import Row
from channels.scorecard.run import FULL, SMALL, Size, run
from channels.scorecard.shims import SHIMS
from channels.scorecard.stage import Setting, hurry

BASELINES = {"answer inside the request": "naive", "dedupe in memory": "memory", "the channel": ""}
assert set(SHIMS) < set(BASELINES.values())
Job = Callable[[], list[Row]]


@dataclass(frozen=True, slots=True)
class Options:
    full: bool
    seed: int
    workers: tuple[int, ...] = (1, 3)
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    resume: bool = False
    """Go on with the last run of this size: what it has is not measured again."""


def run_scorecard(options: Options) -> bool:
    """True when every promise was kept; a time that a busy machine missed counts only in the whole version."""
    hurry()
    size, name = (FULL, "full") if options.full else (SMALL, "small")
    results, plan = read(f"scorecard-{name}") if options.resume else ({}, {})
    compared, _ = read(f"baselines-{name}") if options.resume else ({}, {})
    plan |= {"version": name, "seed": options.seed}
    with ExitStack() as closing:
        for setting, job in _settings(options, size, closing):
            if setting not in results:
                plan[setting] = f"begun {machine()}"
                results[setting] = _timed(setting, job)
                plan[setting] += f"; ended {machine()}"
                write(results, plan, f"scorecard-{name}")
        if options.full and "mutations" not in results:
            results["mutations"] = _timed("mutations", lambda: mutate(seed=options.seed, say=_say))
            write(results, plan, f"scorecard-{name}")
        for title, shim in BASELINES.items() if options.full else ():
            if title not in compared:
                compared[title] = _timed(title, lambda shim=shim: compare(shim, seed=options.seed))  # type: ignore[misc]
                write(compared, {"seed": options.seed, "machine": machine()}, f"baselines-{name}")
    path = write(results, plan, f"scorecard-{name}")
    _say(f"\n{path}")
    missed = [row for _, row in misses(results) if options.full or not row.timed]
    return not missed


def _settings(options: Options, size: Size, closing: ExitStack) -> Iterator[tuple[str, Job]]:
    server: PostgresServer | None = None
    for database in options.databases:
        for workers in options.workers:
            setting = Setting(workers)
            if database != "sqlite":
                server = server or closing.enter_context(postgres_server())
                setting = Setting(workers, server.new_database(), server.data)
            yield setting.name, lambda setting=setting: run(setting, size, seed=options.seed, say=_progress())  # type: ignore[misc]


def _timed(name: str, job: Job) -> list[Row]:
    _say(f"\n{name}")
    began = time.monotonic()
    rows = job()
    _say(table(rows))
    _say(f"{name}: {time.monotonic() - began:.0f} s")
    return rows


def _progress() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda text: _say(f"  {time.monotonic() - began:5.0f} s  {text}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a long command says what it does
