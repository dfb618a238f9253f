"""One experiment with a damaged file: every command goes on with the others and names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.found import plans, stored
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder


@pytest.fixture(autouse=True)
def broken(tmp_path: Path) -> ExperimentFolder:
    files = ExperimentFiles(tmp_path / "var" / "experiments")
    stored(files, "sound", plans([1], "5000"))
    broken = stored(files, "broken", plans([1], "5000"))
    (broken.path / "progress.json").write_text("{")
    return broken


def test_list_shows_the_others_and_what_to_do(workbench):
    told = workbench("list")
    assert told.exit_code == 0
    [line] = [line for line in told.stdout.splitlines() if line.startswith("broken")]
    assert "damaged" in line and "progress.json" in line and "move its folder away" in line
    assert "sound" in told.stdout
    data = json.loads(workbench("list", "--json").stdout)
    assert [row["experiment_id"] for row in data["experiments"]] == ["sound"]
    assert [row["experiment_id"] for row in data["damaged"]] == ["broken"]


def test_sql_and_rebuild_warn_on_standard_error(workbench):
    asked = workbench("sql", "SELECT experiment_id FROM experiments", "--format", "json")
    assert json.loads(asked.stdout) == [{"experiment_id": "sound"}]
    rebuilt = workbench("rebuild")
    assert rebuilt.stdout.endswith(": 1 runs\n")
    for told in (asked, rebuilt):
        assert told.exit_code == 0
        assert told.stderr.startswith("left out: broken: ")
        assert len(told.stderr.splitlines()) == 1


def test_they_do_so_of_one_whose_results_are_damaged(workbench, broken):
    (broken.path / "progress.json").unlink()
    broken.run_path("broken-1").write_bytes(b"PAR1")
    asked = workbench("sql", "SELECT experiment_id FROM experiments", "--format", "json")
    assert json.loads(asked.stdout) == [{"experiment_id": "sound"}]
    assert asked.stderr.startswith("left out: broken: ") and "broken-1.parquet" in asked.stderr


def test_another_one_can_be_exported(workbench, tmp_path):
    assert workbench("export", "sound", "--out", tmp_path / "out").exit_code == 0
