from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot_core.errors import NotFound, UserError
from bot_core.settings import Settings
from tests.fakes.few_cases import few_cases
from workbench.records import ExperimentSpec, RunStatus, VariantSpec
from workbench.runner.experiments import ExperimentDesk

SECONDS = 60.0
UNDER_WAY = (RunStatus.QUEUED, RunStatus.RUNNING)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", _env_file=None)


@pytest.fixture
def spec(tmp_path: Path) -> ExperimentSpec:
    few_cases(tmp_path / "golden")
    variants = (VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto"))
    return ExperimentSpec(name="n", variants=variants, dataset_path=str(tmp_path / "golden"))


@pytest.fixture
def desk(settings: Settings) -> Iterator[ExperimentDesk]:
    opened = ExperimentDesk(settings)
    yield opened
    for progress in opened.list():
        opened.pause(progress.experiment_id)
    until(lambda: not any(folder.is_running() for folder in opened.files.list()))
    opened.close()


def until(done: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(SECONDS * 20)):
        if done():
            return
        pause.wait(0.05)
    raise AssertionError("it took too long")


def ended(desk: ExperimentDesk, experiment_id: str) -> bool:
    return desk.progress(experiment_id).status not in UNDER_WAY


def test_an_experiment_runs_in_a_process_of_its_own(desk: ExperimentDesk, settings: Settings, spec: ExperimentSpec):
    experiment_id = desk.start(spec)
    assert desk.start(spec, experiment_id=experiment_id) == experiment_id
    until(lambda: ended(desk, experiment_id))
    record = desk.record(experiment_id)
    assert record.status is RunStatus.FINISHED, desk.files.open(experiment_id).log.read_text()
    assert [len(desk.results(run.run_id)) for run in record.runs] == [5, 5]
    another = ExperimentDesk(settings)
    assert [progress.experiment_id for progress in another.list()] == [experiment_id]
    with pytest.raises(UserError, match="is over"):
        another.resume(experiment_id)


def test_pause_resume_and_cancel_from_another_process(desk: ExperimentDesk, spec: ExperimentSpec):
    many = spec.model_copy(update={"trials": 50, "concurrency": 1})
    experiment_id = desk.start(many)
    until(lambda: desk.progress(experiment_id).done >= 3)
    desk.pause(experiment_id)
    until(lambda: desk.progress(experiment_id).status is RunStatus.PAUSED)
    paused = desk.progress(experiment_id)
    assert 3 <= paused.done < paused.total == 500
    assert len(desk.results(f"{experiment_id}-1")) >= 1
    until(lambda: not desk.files.open(experiment_id).is_running())
    desk.resume(experiment_id)
    until(lambda: desk.progress(experiment_id).done > paused.done)
    desk.cancel(experiment_id)
    until(lambda: ended(desk, experiment_id))
    assert desk.progress(experiment_id).status is RunStatus.CANCELLED
    assert len(desk.results(f"{experiment_id}-1")) < 250


def test_a_wrong_variant_is_a_problem_that_the_page_can_show(desk: ExperimentDesk, spec: ExperimentSpec):
    wrong = spec.model_copy(update={"variants": (VariantSpec(name="A", release_id="no-such-release"),)})
    experiment_id = desk.start(wrong)
    until(lambda: ended(desk, experiment_id))
    progress = desk.progress(experiment_id)
    assert progress.status is RunStatus.FAILED
    assert "no-such-release" in (progress.problem or "")


def test_what_is_not_there_is_named(desk: ExperimentDesk):
    with pytest.raises(NotFound):
        desk.progress("e1")
    with pytest.raises(NotFound):
        desk.results("e1-1")
