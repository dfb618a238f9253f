"""The database can be thrown away: the runs' files hold everything."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from workbench.records import ExperimentRecord, RunRecord, RunStatus
from workbench.storage.database import WorkbenchDatabase
from workbench.storage.run_files import RunFiles


def rebuild(database: WorkbenchDatabase, runs_folder: Path) -> int:
    """Empty the tables and read all runs of `runs_folder` again; returns how many. Raises StoreError."""
    files = RunFiles(runs_folder)
    database.clear()
    records: list[RunRecord] = []
    for run, results in files.all():
        database.save_results(run, results)
        records.append(run)
    records.sort(key=lambda run: (run.experiment_id, run.position))
    for _, runs in groupby(records, key=lambda run: run.experiment_id):
        database.save_experiment(experiment_of(tuple(runs)))
    return len(records)


def experiment_of(runs: tuple[RunRecord, ...]) -> ExperimentRecord:
    """The experiment that `runs` (at least one, in the order A, B, …) belong to."""
    first, last = runs[0], runs[-1]
    unfinished = [run.status for run in runs if run.status is not RunStatus.FINISHED]
    return ExperimentRecord(
        experiment_id=first.experiment_id,
        name=first.experiment_name,
        split=first.split,
        runs=runs,
        status=unfinished[0] if unfinished else RunStatus.FINISHED,
        started_at=first.started_at,
        finished_at=last.finished_at,
    )
