"""The database can be thrown away: the experiments' files hold everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot_core.errors import StoreError
from workbench.storage.database import StoredComparison, WorkbenchDatabase
from workbench.storage.experiment_files import DamagedExperiment, ExperimentFiles, ExperimentFolder

Verdicts = Callable[[ExperimentFolder], Iterable[StoredComparison]]
"""The comparisons of an experiment whose runs are over; the statistics stand above this package."""
LeftOut = Callable[[DamagedExperiment], None]
"""Hears of each experiment that the database is without."""
_ALL = 1_000_000
"""More than anybody has."""


def take_in(
    database: WorkbenchDatabase, files: ExperimentFiles, *, left_out: LeftOut, verdicts: Verdicts | None = None
) -> int:
    """Bring the database up to date with the files: new and changed runs, statuses, verdicts, and what was deleted.

    Returns how many runs were read. An experiment of which a file cannot be read is left out as a whole. Twice is as
    good as once, and the second time costs almost nothing. A run that is under way is known by its name only, until it
    is over.
    """
    damaged = [*files.damaged(limit=_ALL)]
    read, sound = 0, set()
    for folder in files.list(limit=_ALL):
        try:
            read += _experiment(database, folder, verdicts)
            sound.add(folder.experiment_id)
        except StoreError as error:
            damaged.append(DamagedExperiment(folder.experiment_id, str(error)))
    database.remove_experiments(keep=sound)
    for each in damaged:
        left_out(each)
    return read


def rebuild(
    database: WorkbenchDatabase, files: ExperimentFiles, *, left_out: LeftOut, verdicts: Verdicts | None = None
) -> int:
    """Empty the tables and take in all files again; returns how many runs were read."""
    database.clear()
    return take_in(database, files, left_out=left_out, verdicts=verdicts)


def _experiment(database: WorkbenchDatabase, folder: ExperimentFolder, verdicts: Verdicts | None) -> int:
    record = folder.record()
    database.save_experiment(record, folder.spec)
    paths = [(run_id, path) for run_id in folder.run_ids() if (path := folder.run_path(run_id)).exists()]
    read = sum(database.save_run(run_id, path) for run_id, path in paths)
    for run_id in folder.run_ids():
        if (preferences := folder.preferences_path(run_id)).exists():
            database.save_preferences(run_id, preferences)
    if verdicts and len(paths) > 1 and (read or not database.has_comparisons(folder.experiment_id)):
        database.save_comparisons(folder.experiment_id, verdicts(folder))
    return read
