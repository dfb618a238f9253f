"""The small scorecard: real processes, killed at the named points, on both databases.

What a busy machine makes slow is told by `make scorecard`; here only what may never happen is asserted.
"""

from __future__ import annotations

import pytest

from channels.sandbox.postgres import postgres_binaries, postgres_server
from channels.scorecard.report import table
from channels.scorecard.rows import Row
from channels.scorecard.run import GATE, SMALL, run
from channels.scorecard.stage import Setting

pytestmark = [pytest.mark.scorecard, pytest.mark.timeout(600)]


def missed(rows: list[Row]) -> str:
    return (
        table([row for row in rows if not row.passed]) if any(not row.passed and not row.timed for row in rows) else ""
    )


def test_sqlite_with_one_worker():
    assert missed(run(Setting(1), SMALL, scenes=GATE)) == ""


def test_postgresql_with_three_workers():
    if postgres_binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgres_server() as server:
        setting = Setting(3, server.new_database(), server.data)
        assert missed(run(setting, SMALL, scenes=GATE)) == ""
