from __future__ import annotations

import pytest

from bot_core.errors import ConfigurationError
from workbench.evaluation.batch import CancelToken
from workbench.evaluation.compare import compare
from workbench.evaluation.experiments import ExperimentSpec, Progress, database_path, run_experiment, runs_folder
from workbench.records import RunStatus, VariantSpec
from workbench.storage.database import open_database
from workbench.storage.run_files import RunFiles

SPEC = ExperimentSpec(
    name="typos",
    variants=(VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto")),
    split="smoke",
)


@pytest.fixture
def database(settings):
    database = open_database(database_path(settings))
    yield database
    database.close()


async def test_an_experiment_is_run_stored_and_compared(few, settings, database):
    experiment = await run_experiment(SPEC, settings, dataset=few, database=database)
    assert experiment.record.status is RunStatus.FINISHED
    assert [run.variant.name for run in experiment.record.runs] == ["A", "B"]
    assert database.experiments() == [experiment.record]
    for run, results in zip(experiment.record.runs, experiment.results, strict=True):
        assert tuple(database.results(run.run_id)) == results
        assert RunFiles(runs_folder(settings)).load(run.run_id) == (run, results)
    assert compare(*experiment.results).cases == 5


async def test_progress_names_run_and_variant(few, settings):
    seen: list[Progress] = []
    await run_experiment(SPEC, settings, dataset=few, experiment_id="abc", on_progress=seen.append)
    assert [(p.run_id, p.variant, p.done, p.total) for p in seen][4:6] == [("abc-1", "A", 5, 5), ("abc-2", "B", 1, 5)]
    assert seen[0].experiment_id == "abc" and seen[0].result.case_id.startswith("few-")


async def test_a_cancelled_experiment_keeps_its_partial_results(few, settings, database):
    token = CancelToken()
    spec = SPEC.model_copy(update={"concurrency": 1})

    def stop(progress):
        if progress.done == 2:
            token.cancel()

    experiment = await run_experiment(spec, settings, dataset=few, database=database, on_progress=stop, cancel=token)
    assert experiment.record.status is RunStatus.CANCELLED
    assert len(experiment.record.runs) == 1 and len(experiment.results[0]) == 2
    assert database.experiments()[0].status is RunStatus.CANCELLED


async def test_a_killed_experiment_is_gone_on_with(few, settings):
    killed = None

    class Killed(BaseException):
        pass

    def kill(progress):
        nonlocal killed
        if progress.run_id.endswith("-2") and progress.done == 3:
            killed = progress
            raise Killed

    with pytest.raises(BaseExceptionGroup):
        await run_experiment(SPEC, settings, dataset=few, experiment_id="abc", on_progress=kill)
    assert killed is not None
    played: list[Progress] = []
    again = await run_experiment(SPEC, settings, dataset=few, experiment_id="abc", on_progress=played.append)
    assert again.record.status is RunStatus.FINISHED
    assert [len(results) for results in again.results] == [5, 5]
    assert {progress.run_id for progress in played} == {"abc-2"}
    assert len(played) <= 2
    assert not list(runs_folder(settings).glob("*.jsonl"))


async def test_a_failure_is_stored_as_such(few, settings, database, monkeypatch):
    def full(self, result):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.storage.journal.Journal.append", full)
    with pytest.raises(BaseExceptionGroup):
        await run_experiment(SPEC, settings, dataset=few, database=database)
    assert database.experiments()[0].status is RunStatus.FAILED


async def test_a_wrong_name_is_told_before_anything_is_stored(few, settings, database):
    spec = SPEC.model_copy(update={"variants": (SPEC.variants[0], VariantSpec(name="B", release_id="nowhere"))})
    with pytest.raises(ConfigurationError, match="nowhere"):
        await run_experiment(spec, settings, dataset=few, database=database)
    assert database.experiments() == []
