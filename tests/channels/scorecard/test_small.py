"""The small scorecard: real processes, killed at the named points, on both databases.

Times are measured by `python -m channels scorecard`; here only what may never happen is asserted.
"""

from __future__ import annotations

import pytest

from channels.scorecard.judge import Row
from channels.scorecard.load import LoadPlan, generate
from channels.scorecard.report import table
from channels.scorecard.run import RunPlan, run
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.scorecard
_TIMED = {"S6", "S6b", "S8"}
PLAN = LoadPlan(customers=5, bursts_each=2, seconds=5)


def missed(rows: list[Row]) -> str:
    bad = [row for row in rows if not row.passed and row.name not in _TIMED]
    return table(rows) if bad else ""


def test_the_same_seed_gives_the_same_load():
    assert generate(PLAN) == generate(PLAN)
    assert generate(PLAN).sids != generate(LoadPlan(customers=5, bursts_each=2, seconds=5, seed=8)).sids


@pytest.mark.timeout(600)
def test_sqlite_with_kills():
    assert missed(run(RunPlan(PLAN, kills=2))) == ""


@pytest.mark.timeout(600)
def test_postgresql_with_two_workers_and_kills(postgres_server: PostgresServer):
    plan = RunPlan(PLAN, workers=2, kills=2, database_url=postgres_server.new_database())
    assert missed(run(plan)) == ""
