"""`python -m channels scorecard`: the small version, or the whole one."""

from __future__ import annotations

from dataclasses import dataclass

from bot_core.errors import ConfigurationError
from channels.scorecard.judge import Row
from channels.scorecard.load import LoadPlan
from channels.scorecard.report import table, write
from channels.scorecard.run import RunPlan, run

_SMALL = LoadPlan(customers=12, bursts_each=3, seconds=15)
_FULL = LoadPlan(customers=2000, bursts_each=7, seconds=400)
_SMALL_KILLS, _FULL_KILLS = 5, 800


@dataclass(frozen=True, slots=True)
class Options:
    full: bool
    seed: int
    workers: tuple[int, ...]
    postgres_url: str | None
    """An empty database; None runs on SQLite alone."""


def run_scorecard(options: Options) -> bool:
    """True when every promise was kept. Each (database, number of workers) starts from nothing."""
    if options.postgres_url and len(options.workers) > 1:
        raise ConfigurationError("one empty PostgreSQL database holds one run", hint="--workers 1, then --workers 3")
    base = _FULL if options.full else _SMALL
    load = LoadPlan(customers=base.customers, bursts_each=base.bursts_each, seconds=base.seconds, seed=options.seed)
    results: dict[str, list[Row]] = {}
    database = "postgresql" if options.postgres_url else "sqlite"
    for workers in options.workers:
        name = f"{database}, {workers} worker{'s' if workers > 1 else ''}"
        plan = RunPlan(
            load=load,
            workers=workers,
            kills=_FULL_KILLS if options.full else _SMALL_KILLS,
            database_url=options.postgres_url,
            model_seconds=(0.2, 3.0) if options.full else (0.05, 0.4),
            patience=1200 if options.full else 150,
        )
        print(f"\n{name}", flush=True)  # noqa: T201 - a long command says what it does
        results[name] = run(plan)
        print(table(results[name]), flush=True)  # noqa: T201
    path = write(results, {"full": options.full, "seed": options.seed, "webhooks": load.customers * load.bursts_each})
    print(f"\n{path}")  # noqa: T201
    return all(row.passed for rows in results.values() for row in rows)
