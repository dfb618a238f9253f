from __future__ import annotations

from typing import Any

import pytest

from bot_core.errors import NotFound, UserError
from tests.fakes.found import plans, stored
from workbench.evaluation.findings.stored import experiment_findings, pair_findings
from workbench.records import ExperimentSpec, VariantSpec
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
    take_in(database, files, verdicts=verdicts_of)
    [row] = database.query(
        "SELECT contra, variante, veredicto, diferencia FROM veredictos WHERE metric = 'plan'"
    ).as_dicts()
    assert row == {"contra": "variante 1", "variante": "variante 2", "veredicto": "better", "diferencia": 0.6}
    database.close()
