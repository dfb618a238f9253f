"""What an operator does to believe it: everything is killed, one after the other, while 200 customers write."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from channels.sandbox.postgres import PostgresServer, postgres_server
from channels.scorecard.fleet import BY_ITSELF
from channels.scorecard.judge import judge
from channels.scorecard.load import Load, LoadPlan, generate
from channels.scorecard.outcome import unanswered
from channels.scorecard.poster import start_posting
from channels.scorecard.stage import Setting, Stage, stage

_SECONDS = 40.0
_PATIENCE = 300.0
_DOWN = 2.0
_NAMES = {
    "web": "the web process",
    "worker": "every worker",
    "all": "web and every worker",
    "database": "nothing: SQLite has no server",
}
_CORRECTNESS = ("S1", "S2", "S3", "S4", "S12", "paid")


def run_drill(conversations: int, *, workers: int, on_postgres: bool, seed: int = 7) -> bool:
    """True when nothing was lost or doubled."""
    with ExitStack() as closing:
        setting, server = Setting(workers), None
        if on_postgres:
            server = closing.enter_context(postgres_server())
            setting = Setting(workers, server.new_database(), server.data)
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="kavak-drill-")))
        on = closing.enter_context(stage(setting, folder, seed=seed))
        _say(f"{setting.name}: {conversations} conversations, three messages or bursts each in {_SECONDS:.0f} s")
        plan = LoadPlan(conversations, 3, _SECONDS, seed=seed, leaving=0, media_url=on.foreign.media_url)
        return _drill(on, generate(plan), server)


def _drill(on: Stage, load: Load, server: PostgresServer | None) -> bool:
    on.bursts = load.bursts
    on.held(load.posts)
    waiting = start_posting(on.web, load.shots(on.web), on.folder)
    began = time.monotonic()
    for after, target in ((8, "web"), (14, "worker"), (20, "database"), (27, "web"), (31, "worker"), (36, "all")):
        time.sleep(max(began + after - time.monotonic(), 0))
        _say(f"{time.monotonic() - began:5.0f} s  kill -9 of {_killed(on, target, server)}")
    on.statuses.update(f"genuine {hit.status}" for hit in waiting())
    _say(f"{time.monotonic() - began:5.0f} s  all webhooks answered; {on.unsettled()} messages still on their way")
    on.settled(_PATIENCE)
    _say(f"{time.monotonic() - began:5.0f} s  settled")
    rows = [row for row in judge(on) if row.name in _CORRECTNESS]
    for row in rows:
        _say(f"  {'ok' if row.passed else 'MISS':4} {row.name:4} {row.what}: {row.value:g}  {row.detail}")
    lost = len(unanswered(on.store, on.answered))
    doubled = sum(int(row.value) for row in rows if row.name == "S2")
    kills = sum(death.point != BY_ITSELF for death in on.fleet.deaths)
    _say(f"{len(on.answered)} messages, {kills} kills of ours: lost {lost}, doubled {doubled}")
    return all(row.passed for row in rows)


def _killed(on: Stage, target: str, server: PostgresServer | None) -> str:
    fleet = on.fleet
    if target in ("worker", "all"):
        for name in fleet.names("worker"):
            fleet.kill(name)
    if target in ("web", "all"):
        fleet.kill("web")
    if target not in ("database", "all") or server is None:
        return {
            "worker": "every worker",
            "all": "web and every worker",
            "database": "nothing: SQLite has no server",
        }.get(target, target)
    server.kill()
    time.sleep(_DOWN)
    server.start()
    return "the database server" if target == "database" else "web, every worker and the database server"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what the operator watches
