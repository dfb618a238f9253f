"""The database can be thrown away: the experiments' files hold everything."""

from __future__ import annotations

from workbench.records import ExperimentRecord, RunRecord, RunStatus
from workbench.storage.database import WorkbenchDatabase
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.run_files import read_results, read_run


def rebuild(database: WorkbenchDatabase, files: ExperimentFiles) -> int:
    """Empty the tables and read all runs that are over again; returns how many. Raises StoreError."""
    database.clear()
    count = 0
    for folder in files.list(limit=1_000_000):
        paths = [path for run_id in folder.run_ids() if (path := folder.run_path(run_id)).exists()]
        for path in paths:
            database.save_results(read_run(path), list(read_results(path)))
        if paths:
            database.save_experiment(experiment_of(tuple(read_run(path) for path in paths)))
        count += len(paths)
    return count


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
