from __future__ import annotations

from typing import Any

import pytest

from bot_core.errors import NotFound, UserError
from tests.fakes.found import none_left_out, plans, stored
from workbench.evaluation.findings.stored import experiment_findings, pair_findings
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page
from workbench.records import ExperimentSpec, Provenance, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles


@pytest.fixture
def files(tmp_path):
    return ExperimentFiles(tmp_path)


def test_an_experiment_of_the_files(files):
    found: Any = experiment_findings(stored(files, "e1", plans(range(12), "5000"), plans([], "6000")))
    assert found.experiment_id == "e1"
    assert [variant.run_id for variant in found.variants] == ["e1-1", "e1-2"]
    assert len(found.comparisons[0].of("plan").better) == 12
    assert found.comparisons[0].of("latency") is not None


def test_a_replay_has_no_times(files):
    found = experiment_findings(stored(files, "e1", plans([], "5000"), plans([], "6000"), replay=True))
    assert found.comparisons[0].of("latency") is None


def test_an_experiment_that_has_not_started(files):
    spec = ExperimentSpec(name="later", variants=(VariantSpec(name="A"), VariantSpec(name="B")))
    found = experiment_findings(files.create(spec, "e1"))
    assert found.comparisons == () and found.variants[0].played == 0


def test_runs_of_two_experiments(files):
    stored(files, "e1", plans(range(12), "5000"))
    stored(files, "e2", plans([], "6000"))
    found = pair_findings(files, "e1-1", "e2-1")
    assert found.name == "e1 / e2"
    assert [variant.name for variant in found.variants] == ["variante 1 (e1-1)", "variante 1 (e2-1)"]
    assert len(found.comparisons[0].flips) == 12


def test_runs_that_are_not_there(files):
    stored(files, "e1", plans([], "5000"))
    with pytest.raises(NotFound):
        pair_findings(files, "e1-1", "e9-1")
    with pytest.raises(NotFound, match="no run e1-7"):
        pair_findings(files, "e1-1", "e1-7")
    with pytest.raises(UserError, match="itself"):
        pair_findings(files, "e1-1", "e1-1")


def test_verdicts_on_their_way_into_the_database(files):
    from workbench.evaluation.findings.filing import verdicts_of
    from workbench.storage.database import in_memory
    from workbench.storage.rebuild import take_in

    stored(files, "e1", plans(range(12), "5000"), plans([], "6000"))
    database = in_memory()
    take_in(database, files, left_out=none_left_out, verdicts=verdicts_of)
    [row] = database.query(
        "SELECT contra, variante, veredicto, diferencia FROM veredictos WHERE metric = 'plan'"
    ).as_dicts()
    assert row == {"contra": "variante 1", "variante": "variante 2", "veredicto": "better", "diferencia": 0.6}
    database.close()


MADE = Provenance(git_commit="abc", hashes={"dataset": "d1", "catalog": "c1", "knowledge": "k1"})


def test_runs_on_the_same_data_have_one_origin_and_no_warning(files):
    stored(files, "e1", plans([], "5000"), plans([], "5000"), provenance=MADE)
    stored(files, "e2", plans([], "6000"), provenance=MADE)
    assert [one.variants for one in experiment_findings(files.open("e1")).origins] == [("variante 1", "variante 2")]
    found = pair_findings(files, "e1-1", "e2-1")
    assert [one.provenance for one in found.origins] == [MADE] and found.data_differences == ()


def test_runs_on_different_data_are_warned_of_everywhere(files):
    other = MADE.model_copy(update={"git_commit": "def", "hashes": MADE.hashes | {"catalog": "c2", "dataset": "d2"}})
    stored(files, "e1", plans([], "5000"), provenance=MADE)
    stored(files, "e2", plans([], "6000"), provenance=other)
    found = pair_findings(files, "e1-1", "e2-1")
    assert [one.data for one in found.data_differences] == ["dataset", "catalog"]
    assert [(one.name, one.digest) for one in found.data_differences[1].used] == [
        ("sample_catalog.csv", "c1"),
        ("sample_catalog.csv", "c2"),
    ]
    assert [one.provenance.git_commit for one in found.origins] == ["abc", "def"]
    html, text = page(found), summary(found)
    for said in (html, text):
        assert "No se jugó con lo mismo (el catálogo de autos)" in said
        assert "«variante 1 (e1-1)»: sample_catalog.csv c1" in said and "sample_catalog.csv c2" in said
        assert "abc" in said and "def" in said, "what both were made with"


def test_a_run_that_did_not_record_its_data_is_known_by_the_files_names(files):
    stored(files, "e1", plans([], "5000"))
    stored(files, "e2", plans([], "6000"), provenance=MADE.model_copy(update={"hashes": {"dataset": "abc"}}))
    assert pair_findings(files, "e1-1", "e2-1").data_differences == ()
