from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot_core.errors import NotFound, StoreError
from bot_core.settings import PROJECT_ROOT
from tests.fakes.results import experiment, result, run
from workbench.records import RunStatus, Verdict
from workbench.storage.database import open_database
from workbench.storage.migrations import MIGRATIONS

HOLDER = """
import sys
from pathlib import Path
from workbench.storage.database import open_database
database = open_database(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def database(tmp_path):
    database = open_database(tmp_path / "data" / "workbench.duckdb")
    yield database
    database.close()


def test_everything_survives_a_restart(tmp_path):
    path = tmp_path / "workbench.duckdb"
    first = open_database(path)
    first.save_experiment(experiment(run()))
    first.save_results(run(), [result("b-b"), result("a-a", Verdict.FAIL)])
    first.close()
    second = open_database(path)
    assert second.experiments() == [experiment(run())]
    assert second.results("e1-1") == [result("b-b"), result("a-a", Verdict.FAIL)]
    second.close()


def test_saving_again_replaces(database):
    database.save_experiment(experiment(run(status=RunStatus.RUNNING), status=RunStatus.RUNNING))
    database.save_experiment(experiment(run()))
    for _ in range(2):
        database.save_results(run(), [result("a-a")])
    assert database.experiment("e1").status is RunStatus.FINISHED
    assert len(database.experiments()) == len(database.results("e1-1")) == 1
    assert [(row.scorer, row.verdict) for row in database.verdicts("e1-1")] == [
        ("intent", Verdict.PASS),
        ("plan", Verdict.UNSCORED),
    ]


def test_one_result_and_its_reasons(database):
    database.save_results(run(), [result("a-a"), result("a-a", Verdict.FAIL, trial=2, reason="turn 1: ñandú 👋")])
    assert database.result("e1-1", "a-a", trial=2).verdict is Verdict.FAIL
    assert database.verdicts("e1-1")[2].reasons == ("turn 1: ñandú 👋",)
    with pytest.raises(NotFound, match="holds no case z-z"):
        database.result("e1-1", "z-z")
    with pytest.raises(NotFound, match="no experiment e9"):
        database.experiment("e9")


def test_an_empty_run(database):
    database.save_results(run(), [])
    assert database.results("e1-1") == [] == database.verdicts("e1-1")


def test_threads_get_their_own_rows(database):
    for number in range(8):
        database.save_results(run(f"e{number}-1"), [result(f"case-{number}")] * 20)
    ready = threading.Barrier(8)

    def read(number: int) -> set[str]:
        ready.wait()
        return {found.case_id for _ in range(10) for found in database.results(f"e{number}-1")}

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [{f"case-{number}"} for number in range(8)]


def test_threads_write_side_by_side(database):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: database.save_results(run(f"e{number}-1"), [result("a-a")]), range(24)))
    assert sum(len(database.results(f"e{number}-1")) for number in range(24)) == 24


def test_a_failed_write_leaves_nothing_behind(database):
    database.save_results(run(), [result("a-a")])
    with pytest.raises(AttributeError):
        database.save_results(run(), [object()])
    assert database.results("e1-1") == [result("a-a")]


def test_another_process_that_holds_the_file_is_named(tmp_path):
    path = tmp_path / "workbench.duckdb"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        with pytest.raises(StoreError) as caught:
            open_database(path)
        holder.communicate("\n")
    message = str(caught.value)
    assert f"{path}: process {holder.pid} has it open" in message
    assert "\n" not in message
    open_database(path).close()


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path):
    path = tmp_path / "workbench.duckdb"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StoreError) as caught:
        open_database(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_an_older_file_is_brought_up_to_date(tmp_path):
    import duckdb

    path = tmp_path / "workbench.duckdb"
    with duckdb.connect(str(path)) as old:
        old.execute("CREATE TABLE migrations (name VARCHAR NOT NULL)")
        old.execute(MIGRATIONS[0][1])
        old.execute("INSERT INTO migrations VALUES (?)", [MIGRATIONS[0][0]])
    database = open_database(path)
    database.save_results(run(), [result("a-a")])
    assert len(database.results("e1-1")) == 1
    database.close()


def test_a_newer_file_is_refused(tmp_path):
    import duckdb

    path = tmp_path / "workbench.duckdb"
    open_database(path).close()
    with duckdb.connect(str(path)) as newer:
        newer.execute("INSERT INTO migrations VALUES ('999_future')")
    with pytest.raises(StoreError, match="999_future"):
        open_database(path)


def test_migrations_are_ordered_and_named_once():
    names = [name for name, _ in MIGRATIONS]
    assert names == sorted(set(names))
