from __future__ import annotations

import shutil
from typing import Any

import pytest

from bot_core.errors import StoreError
from tests.fakes.found import plans, stored
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.database import in_memory
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.rebuild import rebuild, take_in


@pytest.fixture
def files(tmp_path):
    return ExperimentFiles(tmp_path / "experiments")


@pytest.fixture
def database():
    database = in_memory()
    yield database
    database.close()


def count(database: Any, table: str) -> Any:
    return database.query(f"SELECT count(*) FROM {table}").rows[0][0]


def test_the_database_comes_back_from_the_files(files, database):
    stored(files, "e1", plans([1], "5000"), plans([], "6000"))
    stored(files, "e2", plans([], "6000", cases=4))
    assert take_in(database, files) == 3
    before = {table: count(database, table) for table in ("experiments", "runs", "variants", "results", "turns")}
    assert before == {"experiments": 2, "runs": 3, "variants": 3, "results": 44, "turns": 44}
    assert rebuild(database, files) == 3
    assert before == {table: count(database, table) for table in before}


def test_twice_is_as_good_as_once_and_new_files_are_added(files, database):
    stored(files, "e1", plans([1], "5000"))
    assert (take_in(database, files), take_in(database, files)) == (1, 0)
    stored(files, "e2", plans([], "6000"))
    assert take_in(database, files) == 1
    assert count(database, "results") == 40


def test_what_was_deleted_is_forgotten(files, database):
    gone = stored(files, "e1", plans([1], "5000"))
    stored(files, "e2", plans([], "6000"))
    take_in(database, files)
    shutil.rmtree(gone.path)
    take_in(database, files)
    assert [record.experiment_id for record in database.experiments()] == ["e2"]


def test_an_experiment_under_way_is_known_by_its_name(files, database):
    files.create(ExperimentSpec(name="mañana", variants=(VariantSpec(name="A"),)), "e1")
    assert take_in(database, files) == 0
    assert [(record.name, record.status.value) for record in database.experiments()] == [("mañana", "queued")]
    assert count(database, "results") == 0


def test_verdicts_are_asked_for_when_something_changed(files, database):
    stored(files, "e1", plans([1], "5000"), plans([], "6000"))
    stored(files, "e2", plans([1], "5000"))
    asked = []

    def verdicts(folder):
        asked.append(folder.experiment_id)
        return []

    take_in(database, files, verdicts=verdicts)
    assert asked == ["e1"]


def test_a_file_that_is_no_run_is_named(files, database):
    folder = stored(files, "e1", plans([1], "5000"))
    folder.run_path("e1-1").write_bytes(b"no parquet at all")
    with pytest.raises(StoreError, match=r"e1-1\.parquet: not a run"):
        take_in(database, files)


def test_a_damaged_experiment_is_left_out_and_the_others_are_taken_in(files, database):
    damaged = stored(files, "e1", plans([1], "5000"))
    stored(files, "e2", plans([], "6000"))
    take_in(database, files)
    (damaged.path / "progress.json").write_text("{")
    assert rebuild(database, files) == 1
    assert [record.experiment_id for record in database.experiments()] == ["e2"]


def test_nothing_to_read_empties_the_database(files, database):
    stored(files, "e1", plans([1], "5000"))
    take_in(database, files)
    assert rebuild(database, ExperimentFiles(files.folder / "no-such-folder")) == 0
    assert database.experiments() == []
