from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.found import plans, stored
from workbench.records import RunStatus
from workbench.storage.experiment_files import ExperimentFiles


@pytest.fixture
def files(tmp_path):
    return ExperimentFiles(tmp_path / "var" / "experiments")


def test_two_releases_are_played_kept_and_compared(workbench, few_folder, files):
    result = workbench("compare", "--a", "offline-base", "--b", "offline-exacto", "--dataset", few_folder)
    assert result.exit_code == 0, result.output
    assert "offline-base / offline-exacto: 5 conversations of smoke" in result.output
    assert "few-versa: lost (-" in result.output
    assert "«B: offline-exacto»" in result.output
    [folder] = files.list()
    assert f"experiment {folder.experiment_id}" in result.output


def test_a_stored_experiment_as_json(workbench, files):
    stored(files, "e1", plans(range(12), "5000"), plans([], "6000"))
    data: Any = json.loads(workbench("compare", "e1", "--json").stdout)
    [comparison] = data["comparisons"]
    assert comparison["decision"] == "better" and len(comparison["flips"]) == 12
    assert data["experiment_id"] == "e1"


def test_runs_and_experiments_of_one_variant(workbench, files):
    stored(files, "e1", plans(range(12), "5000"), plans([], "6000"))
    stored(files, "e2", plans([], "6000"))
    for ids in (("e1-1", "e2"), ("e1-1", "e1-2"), ("e1-1", "e2-1")):
        result = workbench("compare", *ids)
        assert result.exit_code == 0, result.output
        assert "es mejor que" in result.output and "plan" in result.output


def test_partial_results_are_said_to_be_partial(workbench, files, tmp_path):
    folder = stored(files, "e1", plans(range(12), "5000"), plans([], "6000"))
    folder.write_progress(folder.progress().model_copy(update={"status": RunStatus.FINISHED}))
    assert "partial" not in workbench("compare", "e1").output
    folder.write_progress(folder.progress().model_copy(update={"status": RunStatus.CANCELLED}))
    assert "partial results: the experiment is cancelled" in workbench("compare", "e1").output
    assert workbench("report", "e1", "--out", str(tmp_path / "out")).exit_code == 0
    assert "resultados parciales" in next((tmp_path / "out").rglob("report.md")).read_text(encoding="utf-8")


def test_one_variant_alone_has_its_rates(workbench, files):
    stored(files, "e2", plans([1], "6000"))
    assert "95.0 %" in workbench("compare", "e2").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give the ids of stored runs"),
        (("--a", "offline-base"), "both --a and --b"),
        (("e9",), "no experiment e9"),
        (("e1", "e1-1"), "e1 has several runs"),
        (("e1-1", "e9-1"), "no experiment e9"),
        (("e1-1", "e1-2", "e1-1"), "one experiment or two runs"),
    ],
)
def test_what_cannot_be_compared(workbench, files, arguments, message):
    stored(files, "e1", plans([1], "5000"), plans([], "6000"))
    result = workbench("compare", *arguments)
    assert result.exit_code == 1 and message in str(result.exception)
