from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.fakes.found import none_left_out, plans, stored
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.database import in_memory
from workbench.storage.experiment_files import DamagedExperiment, ExperimentFiles
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
    assert take_in(database, files, left_out=none_left_out) == 3
    before = {table: count(database, table) for table in ("experiments", "runs", "variants", "results", "turns")}
    assert before == {"experiments": 2, "runs": 3, "variants": 3, "results": 44, "turns": 44}
    assert rebuild(database, files, left_out=none_left_out) == 3
    assert before == {table: count(database, table) for table in before}


def test_twice_is_as_good_as_once_and_new_files_are_added(files, database):
    stored(files, "e1", plans([1], "5000"))
    assert (take_in(database, files, left_out=none_left_out), take_in(database, files, left_out=none_left_out)) == (
        1,
        0,
    )
    stored(files, "e2", plans([], "6000"))
    assert take_in(database, files, left_out=none_left_out) == 1
    assert count(database, "results") == 40


def test_what_was_deleted_is_forgotten(files, database):
    gone = stored(files, "e1", plans([1], "5000"))
    stored(files, "e2", plans([], "6000"))
    take_in(database, files, left_out=none_left_out)
    shutil.rmtree(gone.path)
    take_in(database, files, left_out=none_left_out)
    assert [record.experiment_id for record in database.experiments()] == ["e2"]


def test_an_experiment_under_way_is_known_by_its_name(files, database):
    files.create(ExperimentSpec(name="mañana", variants=(VariantSpec(name="A"),)), "e1")
    assert take_in(database, files, left_out=none_left_out) == 0
    assert [(record.name, record.status.value) for record in database.experiments()] == [("mañana", "queued")]
    assert count(database, "results") == 0


def test_verdicts_are_asked_for_when_something_changed(files, database):
    stored(files, "e1", plans([1], "5000"), plans([], "6000"))
    stored(files, "e2", plans([1], "5000"))
    asked = []

    def verdicts(folder):
        asked.append(folder.experiment_id)
        return []

    take_in(database, files, left_out=none_left_out, verdicts=verdicts)
    assert asked == ["e1"]


@pytest.mark.parametrize("name", ["progress.json", "e1-1.parquet", "e1-2.parquet"])
def test_a_damaged_experiment_is_left_out_and_the_others_are_taken_in(files, database, name):
    damaged = stored(files, "e1", plans([1], "5000"), plans([], "6000"))
    stored(files, "e2", plans([], "6000"))
    take_in(database, files, left_out=none_left_out)
    [path] = damaged.path.rglob(name)
    path.write_bytes(b"{")
    told: list[DamagedExperiment] = []
    for read in (take_in, rebuild):
        told.clear()
        read(database, files, left_out=told.append)
        assert [record.experiment_id for record in database.experiments()] == ["e2"]
        assert count(database, "results") == 20
        assert [each.experiment_id for each in told] == ["e1"]
        assert name in told[0].problem


def test_nothing_to_read_empties_the_database(files, database):
    stored(files, "e1", plans([1], "5000"))
    take_in(database, files, left_out=none_left_out)
    assert rebuild(database, ExperimentFiles(files.folder / "no-such-folder"), left_out=none_left_out) == 0
    assert database.experiments() == []
