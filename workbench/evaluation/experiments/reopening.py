"""What ended in an error is played again: nothing else is, and no file that was written for good is changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from bot_core.errors import UserError
from workbench.records import CaseResult, RunAttempt, RunStatus
from workbench.storage.experiment_files import ExperimentFolder, preferences_id
from workbench.storage.journal import Journal, Line, LineJournal, PreferenceJournal, ResultKey
from workbench.storage.locks import locked
from workbench.storage.preference_files import PairOutcome, PreferenceRecord
from workbench.storage.run_files import read_results, read_run

_NOT_JUDGED = (PairOutcome.UNSCORED, PairOutcome.LEFT_OUT)


def reopen_errors(folder: ExperimentFolder) -> int:
    """Make the cases that broke off, and the pairs that were not judged, missing again; returns how many there are.

    A run's file becomes an earlier attempt, its other results go back to the journal, and the next process writes a new
    file. The call book stays: what was paid before an error is not paid again, and counts.
    Raises UserError when there is nothing to play again, Conflict when another process runs the experiment.
    """
    with locked(folder.lock):
        progress = folder.progress()
        if progress.status is RunStatus.CANCELLED:
            raise UserError(f"the experiment {folder.experiment_id} was cancelled", hint="start a new one")
        broken = {run_id: _broken(folder.results(run_id)) for run_id in folder.run_ids()}
        unjudged = {run_id: _unjudged(folder.preferences(run_id)) for run_id in folder.run_ids()[1:]}
        count = sum(map(len, [*broken.values(), *unjudged.values()]))
        if not count:
            raise UserError(f"nothing in the experiment {folder.experiment_id} ended in an error")
        # From here on a kill leaves an experiment that goes on.
        folder.write_progress(progress.model_copy(update={"status": RunStatus.INTERRUPTED, "problem": None}))
        for run_id, keys in broken.items():
            _put_back(folder, run_id, Journal, folder.results(run_id), keys)
        for run_id, keys in unjudged.items():
            _put_back(folder, preferences_id(run_id), PreferenceJournal, folder.preferences(run_id), keys)
        return count


def earlier_attempts(folder: ExperimentFolder, run_id: str) -> tuple[RunAttempt, ...]:
    """What the run's file was before. Raises StoreError."""
    return tuple(
        RunAttempt(file=path.name, finished_at=read_run(path).finished_at, errors=len(_broken(read_results(path))))
        for path in folder.attempts(run_id)
    )


def _broken(results: Iterable[CaseResult]) -> frozenset[ResultKey]:
    return frozenset((result.case_id, result.trial) for result in results if result.error)


def _unjudged(records: Iterable[PreferenceRecord]) -> frozenset[ResultKey]:
    return frozenset((record.case_id, record.trial) for record in records if record.outcome in _NOT_JUDGED)


def _put_back(
    folder: ExperimentFolder,
    name: str,
    opened: Callable[[Path], LineJournal[Line]],
    lines: Iterable[Line],
    again: Collection[ResultKey],
) -> None:
    """The journal as it would be if those in `again` had not been played yet. A file that holds any is superseded."""
    path = folder.journal_path(name)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    journal = opened(half)
    for line in lines:
        if (line.case_id, line.trial) not in again:
            journal.append(line)
    if again:
        folder.supersede(name)
    # A kill before this line loses nothing: the calls are in their book, and all is played again from there.
    if len(journal):
        half.replace(path)
    else:
        path.unlink(missing_ok=True)
