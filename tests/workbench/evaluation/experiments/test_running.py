from __future__ import annotations

import asyncio
import shutil

import pytest

from bot_core.errors import ConfigurationError, Conflict, StoreError, UserError
from tests.fakes.few_cases import few_cases
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentProgress, RunStatus, VariantSpec
from workbench.storage.experiment_files import Control, ExperimentFolder
from workbench.storage.locks import locked
from workbench.storage.run_files import read_run


def played(folder: ExperimentFolder, position: int) -> list[tuple[str, int]]:
    return [(result.case_id, result.trial) for result in folder.results(f"abc-{position}")]


async def test_an_experiment_ends_as_one_file_for_each_variant(created, settings):
    folder = created(trials=2)
    seen: list[ExperimentProgress] = []
    progress = await run_experiment(folder, settings, on_progress=seen.append)
    assert progress.status is RunStatus.FINISHED
    assert [(run.variant, run.done, run.total) for run in progress.runs] == [("A", 10, 10), ("B", 10, 10)]
    assert seen[0].status is RunStatus.RUNNING
    assert seen[-1] == folder.progress() == progress
    record = folder.record()
    assert record.status is RunStatus.FINISHED
    for run in record.runs:
        assert read_run(folder.run_path(run.run_id)) == run
        assert run.provenance is not None
    assert not list(folder.path.glob("abc-*.jsonl"))
    results = [list(folder.results(run.run_id)) for run in record.runs]
    assert [len({(one.case_id, one.trial) for one in run}) for run in results] == [10, 10]
    assert played(folder, 1)[:3] == [("few-hola", 1), ("few-hola", 2), ("few-versa", 1)]


async def test_only_the_named_cases_are_played(created, settings):
    folder = created(case_ids=("few-plan", "few-hola"))
    await run_experiment(folder, settings)
    assert played(folder, 2) == [("few-plan", 1), ("few-hola", 1)]


async def test_simulated_customers_are_stored_as_runs_with_their_ends(created, settings):
    folder = created(personas=("ana-primer-auto", "norma-se-va"), trials=2)
    progress = await run_experiment(folder, settings)
    assert progress.runs[0].done == 4
    results = list(folder.results("abc-1"))
    assert (results[0].case_id, results[0].trial) == ("simulated-ana-primer-auto", 1)
    assert all(result.simulated and result.simulated.end for result in results)
    assert folder.record().split == "personas"


async def test_a_paused_experiment_keeps_what_was_played_and_goes_on(created, settings):
    folder = created(concurrency=1, trials=20)

    def pause(progress: ExperimentProgress) -> None:
        if progress.done >= 2:
            folder.ask(Control.PAUSE)

    progress = await run_experiment(folder, settings, on_progress=pause)
    assert progress.status is RunStatus.PAUSED
    assert 2 <= progress.done < progress.total
    assert len(played(folder, 1)) in (progress.done // 2, progress.done // 2 + 1)
    assert abs(len(played(folder, 1)) - len(played(folder, 2))) <= 1
    folder.ask(Control.RUN)
    again = await run_experiment(folder, settings)
    assert again.status is RunStatus.FINISHED
    assert len(played(folder, 1)) == len(set(played(folder, 1))) == 100


async def test_a_cancelled_experiment_keeps_its_partial_results_for_good(created, settings):
    folder = created()
    folder.ask(Control.CANCEL)
    progress = await run_experiment(folder, settings)
    assert progress.status is RunStatus.CANCELLED
    assert read_run(folder.run_path("abc-1")).status is RunStatus.CANCELLED
    folder.ask(Control.RUN)
    with pytest.raises(UserError, match="was cancelled"):
        await run_experiment(folder, settings)


async def test_a_finished_experiment_is_not_run_again(created, settings):
    folder = created()
    first = await run_experiment(folder, settings)
    stamp = folder.run_path("abc-1").stat().st_mtime_ns
    assert await run_experiment(folder, settings) == first
    assert folder.run_path("abc-1").stat().st_mtime_ns == stamp


async def test_one_process_runs_it_at_a_time(created, settings):
    folder = created()
    with locked(folder.lock):
        with pytest.raises(Conflict, match="abc"):
            await run_experiment(folder, settings)
        assert folder.is_running()
    assert not folder.is_running()


async def test_a_wrong_name_is_told_before_anything_is_played(created, settings):
    folder = created(variants=(VariantSpec(name="A", release_id="nowhere"),))
    with pytest.raises(ConfigurationError, match="nowhere"):
        await run_experiment(folder, settings)
    assert folder.progress().status is RunStatus.FAILED
    assert "nowhere" in (folder.progress().problem or "")
    assert not list(folder.path.glob("*.jsonl"))


async def test_a_full_disk_is_a_failure_that_can_be_gone_on_from(created, settings, monkeypatch):
    def full(path, line):
        raise StoreError(f"{path}: the journal cannot be written: No space left on device")

    folder = created()
    with monkeypatch.context() as patch:
        patch.setattr("workbench.storage.journal.append_line", full)
        with pytest.raises(BaseExceptionGroup):
            await run_experiment(folder, settings)
    assert folder.progress().status is RunStatus.FAILED
    assert "No space left" in (folder.progress().problem or "")
    assert (await run_experiment(folder, settings)).status is RunStatus.FINISHED


async def test_a_process_that_is_told_to_end_leaves_a_paused_experiment(created, settings):
    folder = created(trials=50)
    running = asyncio.create_task(run_experiment(folder, settings))
    while folder.progress().done < 2:
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert folder.progress().status is RunStatus.PAUSED


async def test_an_experiment_does_not_go_on_with_other_data(created, settings, tmp_path):
    few_cases(tmp_path / "set")
    folder = created(dataset_path=str(tmp_path / "set"))
    folder.ask(Control.PAUSE)
    assert (await run_experiment(folder, settings)).status is RunStatus.PAUSED
    [file, *_] = sorted((tmp_path / "set").glob("*.yaml"))
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("hola", "buenas"), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before
    folder.ask(Control.RUN)
    with pytest.raises(UserError, match="dataset changed since this experiment began"):
        await run_experiment(folder, settings)
    file.write_text(before, encoding="utf-8")
    assert (await run_experiment(folder, settings)).status is RunStatus.FINISHED


async def test_one_whose_data_is_gone_can_be_cancelled_and_keeps_what_was_played(created, settings, tmp_path):
    few_cases(tmp_path / "set")
    folder = created(dataset_path=str(tmp_path / "set"), concurrency=1, trials=20)

    def pause(progress: ExperimentProgress) -> None:
        if progress.done >= 2:
            folder.ask(Control.PAUSE)

    paused = await run_experiment(folder, settings, on_progress=pause)
    before = [played(folder, position) for position in (1, 2)]
    assert 2 <= paused.done < paused.total == 200
    shutil.rmtree(tmp_path / "set")
    folder.ask(Control.CANCEL)
    progress = await run_experiment(folder, settings)
    assert (progress.status, progress.done, progress.total) == (RunStatus.CANCELLED, paused.done, paused.total)
    assert [played(folder, position) for position in (1, 2)] == before
    record = folder.record()
    assert (record.status, record.finished_at is not None) == (RunStatus.CANCELLED, True)
    assert [read_run(folder.run_path(run.run_id)) for run in record.runs] == [*record.runs]
    assert not list(folder.path.glob("abc-*.jsonl"))


async def test_counts_are_kept_where_a_damaged_journal_stops_a_cancel(created, settings):
    folder = created(concurrency=1, trials=20)

    def pause(progress: ExperimentProgress) -> None:
        if progress.done >= 3:
            folder.ask(Control.PAUSE)

    paused = await run_experiment(folder, settings, on_progress=pause)
    with folder.journal_path("abc-2").open("ab") as journal:
        journal.write(b"no result\n")
    folder.ask(Control.CANCEL)
    with pytest.raises(StoreError, match="is not a result"):
        await run_experiment(folder, settings)
    told = folder.progress()
    assert (told.status, told.runs, told.usd_spent) == (RunStatus.FAILED, paused.runs, paused.usd_spent)
    assert "is not a result" in (told.problem or "")
