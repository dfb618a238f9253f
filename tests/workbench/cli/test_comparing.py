from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.found import Make, plans, stored
from workbench.records import Provenance, RunStatus
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


def test_names_are_no_markup(workbench, few_folder, files):
    run = workbench(
        "run", "--variant", "[/x]=offline-base", "--variant", "[b]{y}=offline-exacto", "--dataset", few_folder
    )
    assert run.exit_code == 0, run.output
    [folder] = files.list()
    told = workbench("compare", folder.experiment_id)
    assert told.exit_code == 0, told.exception
    assert "[/x]" in told.output and "[b]{y}" in told.output


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


def test_what_figures_do_not_tell_is_said(workbench, files):
    """Other data, a judge that failed, and the simulator's own faults."""
    make, made = Make(), Provenance(hashes={"dataset": "d1", "catalog": "c1", "knowledge": "k1"})
    faulty = [make.simulated(f"p{n}", "simulator_fault", "left_role") for n in range(4)]
    stored(files, "e1", [make.judged(one, 1) for one in faulty], provenance=made)
    stored(files, "e2", faulty, provenance=made.model_copy(update={"hashes": made.hashes | {"knowledge": "k2"}}))
    told = " ".join(workbench("compare", "e1", "e2").output.split())
    assert "beware: the knowledge differs between the runs" in told
    assert "variante 1 (e1-1): k1; variante 1 (e2-1): k2" in told
    assert "the judge left 4 replies of 4 conversations unscored in judge_tone: there are no figures" in told
    assert "4 of 4 conversations ended by a simulator fault, 100.0 % (51.0 % to 100.0 %)" in told
    assert "left_role 4" in told and "how the simulated customers ended" in told
    alone = json.loads(workbench("compare", "e1", "--json").stdout)
    assert alone["variants"][0]["simulated"]["fault_share"] == 1.0


def test_runs_without_a_conversation_in_common_are_told_of(workbench, files, tmp_path):
    results = plans([], "5000")
    stored(files, "e1", results[:10], results[10:])
    told = workbench("compare", "e1")
    assert "variante 2 and variante 1 have no conversation in common: there is nothing to compare" in told.output
    assert workbench("report", "e1", "--out", str(tmp_path / "out")).exit_code == 0
    for name in ("report.md", "report.html"):
        [path] = (tmp_path / "out").rglob(name)
        assert "«variante 2» y «variante 1» no tienen ninguna conversación jugada en común" in path.read_text("utf-8")
    assert "en común" not in workbench("compare", "e1-1").output


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
