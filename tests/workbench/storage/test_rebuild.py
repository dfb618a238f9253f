from __future__ import annotations

from tests.fakes.results import experiment, result, run
from workbench.records import ExperimentSpec, RunRecord, RunStatus, VariantSpec, Verdict
from workbench.storage.database import open_database
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.rebuild import experiment_of, rebuild
from workbench.storage.run_files import write_run


def stored(files: ExperimentFiles, record: RunRecord) -> None:
    variants = (VariantSpec(name="variant 1"), VariantSpec(name="variant 2"))
    folder = files.create(ExperimentSpec(name="base / exacto", variants=variants), record.experiment_id)
    write_run(folder.run_path(record.run_id), record, [result("a-a"), result("b-b", Verdict.FAIL)])


def test_the_database_comes_back_from_the_runs(tmp_path):
    files = ExperimentFiles(tmp_path / "experiments")
    first, second, other = run("e1-1"), run("e1-2", position=2), run("e2-1")
    for record in (other, second, first):
        stored(files, record)
    database = open_database(tmp_path / "workbench.duckdb")
    database.save_experiment(experiment(run("stale-1")))
    assert rebuild(database, files) == 3
    assert {record.experiment_id for record in database.experiments()} == {"e1", "e2"}
    assert database.experiment("e1").runs == (first, second)
    assert len(database.verdicts("e1-2")) == 4
    database.close()


def test_nothing_to_read_empties_the_database(tmp_path):
    database = open_database(tmp_path / "workbench.duckdb")
    database.save_experiment(experiment(run()))
    assert rebuild(database, ExperimentFiles(tmp_path / "no-such-folder")) == 0
    assert database.experiments() == []
    database.close()


def test_an_experiment_is_as_finished_as_its_runs():
    done, stopped = run("e1-1"), run("e1-2", position=2, status=RunStatus.CANCELLED)
    assert experiment_of((done, stopped)).status is RunStatus.CANCELLED
    assert experiment_of((done,)).status is RunStatus.FINISHED
