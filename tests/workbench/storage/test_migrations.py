from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from bot_core.errors import StoreError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentName
from tests.fakes.results import experiment, result, run
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.database import open_database
from workbench.storage.rows import experiment_row
from workbench.storage.run_files import write_run
from workbench.storage.steps import STEPS

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FILLED = {
    "experiments": ("e0", "an old one", "smoke", "finished", NOW, experiment(run("e0-1")).model_dump_json()),
    "runs": ("e0-1", "e0", "A", "offline-base", "smoke", "abc", "sample.csv", "finished", NOW),
    "results": ("e0-1", 0, "a-a", 1, "easy", ["typo"], "pass", 0.5, 10, 20, "{}"),
    "scores": ("e0-1", "a-a", 1, "intent", "pass", []),
}


def of_version(path: Path, count: int) -> Path:
    """A file as the first `count` steps left it, with a row in every table that it had."""
    with duckdb.connect(str(path)) as old:
        old.execute("CREATE TABLE migrations (name VARCHAR NOT NULL)")
        for name, statements in STEPS[:count]:
            old.execute(statements)
            old.execute("INSERT INTO migrations VALUES (?)", [name])
        tables = {row[0] for row in old.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        for table, row in FILLED.items():
            if table in tables and count < 3:
                old.execute(f"INSERT INTO {table} VALUES ({', '.join('?' for _ in row)})", list(row))
    return path


@pytest.mark.parametrize("count", range(len(STEPS) + 1))
def test_a_file_of_every_older_version_is_brought_up_to_date(tmp_path, count):
    database = open_database(of_version(tmp_path / "workbench.duckdb", count))
    write_run(tmp_path / "e1-1.parquet", run(), [result("a-a")])
    database.save_experiment(experiment(run()))
    database.save_run("e1-1", tmp_path / "e1-1.parquet")
    assert ("base / exacto", "A", "intent", 1) in database.query(
        "SELECT experimento, letra, medida, correctas FROM tasas"
    ).rows
    old = {table for table in FILLED if database.query(f"SELECT count(*) FROM {table}").rows[0][0] > 1}
    if 0 < count < 3:
        assert "experiments" in old
        assert {record.experiment_id for record in database.experiments()} == {"e0", "e1"}
    if count == 2:
        rows = database.query("SELECT case_id, tags, verdict, usd FROM results WHERE run_id = 'e0-1'").rows
        assert rows == [("a-a", ["typo"], "pass", None)]
    database.close()


def test_files_that_were_in_are_read_again_where_a_step_says_so(tmp_path):
    """Their rows said less: the judge's calls about pairs, for instance."""
    path = of_version(tmp_path / "workbench.duckdb", 6)
    write_run(tmp_path / "e1-1.parquet", run(), [result("a-a")])
    found = (tmp_path / "e1-1.parquet").stat()
    with duckdb.connect(str(path)) as old:
        old.execute("INSERT INTO taken VALUES ('e1-1', ?, ?)", [found.st_size, found.st_mtime_ns])
    database = open_database(path)
    assert database.save_run("e1-1", tmp_path / "e1-1.parquet")
    assert not database.save_run("e1-1", tmp_path / "e1-1.parquet")
    database.close()


def test_variants_that_were_in_get_their_models(tmp_path):
    path = of_version(tmp_path / "workbench.duckdb", 7)
    changed = VariantSpec(name="B", models={AgentName.SALES: ModelSettings(model="openai/b")})
    record, spec = (
        experiment(run().model_copy(update={"variant": changed})),
        ExperimentSpec(name="x", variants=(changed,)),
    )
    with duckdb.connect(str(path)) as old:
        row = experiment_row(record, spec)
        old.execute(f"INSERT INTO experiments ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
        old.execute("INSERT INTO variants VALUES ('e1-1', 'e1', 'A', 'B', 'offline-base', NULL, NULL, MAP {})")
    database = open_database(path)
    database.save_experiment(record, spec)
    assert database.query("SELECT models['sales'].model FROM variants").rows == [("openai/b",)]
    database.close()


def test_a_newer_file_is_refused(tmp_path):
    path = tmp_path / "workbench.duckdb"
    open_database(path).close()
    with duckdb.connect(str(path)) as newer:
        newer.execute("INSERT INTO migrations VALUES ('999_future')")
    with pytest.raises(StoreError, match="999_future"):
        open_database(path)


def test_steps_are_ordered_and_named_once():
    names = [name for name, _ in STEPS]
    assert names == sorted(set(names))


def test_opening_twice_changes_nothing(tmp_path):
    path = tmp_path / "workbench.duckdb"
    open_database(path).close()
    again = open_database(path)
    assert again.query("SELECT name FROM migrations ORDER BY name").rows == [(name,) for name, _ in STEPS]
    again.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = of_version(tmp_path / "workbench.duckdb", 2)
    monkeypatch.setattr("workbench.storage.migrations.STEPS", (*STEPS, ("998_broken", "CREATE TABLE x (; ")))
    with pytest.raises(duckdb.Error):
        open_database(path)
    with duckdb.connect(str(path)) as left:
        assert left.execute("SELECT count(*) FROM migrations").fetchall() == [(2,)]
