"""What ended in an error is played again, and a judge that failed is asked again: nothing else is done twice, and no
file that was written for good is changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from bot_core.errors import UserError
from workbench.evaluation.experiments.calls import ask_again
from workbench.evaluation.judge.metrics import unjudged_replies
from workbench.records import CaseResult, RunAttempt, RunStatus
from workbench.storage.call_journal import CallJournal
from workbench.storage.experiment_files import ExperimentFolder, preferences_id, unjudged_id
from workbench.storage.journal import Journal, Line, LineJournal, PreferenceJournal, ResultKey
from workbench.storage.locks import locked
from workbench.storage.preference_files import PairOutcome, PreferenceRecord
from workbench.storage.run_files import read_results, read_run

_NOT_JUDGED = (PairOutcome.UNSCORED, PairOutcome.LEFT_OUT)


def reopen_errors(folder: ExperimentFolder) -> int:
    """Make missing again the cases that broke off, and the cases and pairs that a judge failed to judge; returns how
    many there are.

    A run's file becomes an earlier attempt, its other results go back to the journal, and the next process writes a new
    file. A conversation that only lacks the judge's score is kept for the judge. The call book stays: what was paid
    before an error is not paid again, and counts.
    Raises UserError when there is nothing to do again, Conflict when another process runs the experiment.
    """
    with locked(folder.lock):
        progress = folder.progress()
        if progress.status is RunStatus.CANCELLED:
            raise UserError(f"the experiment {folder.experiment_id} was cancelled", hint="start a new one")
        broken = {run_id: _broken(folder.results(run_id)) for run_id in folder.run_ids()}
        unjudged = {run_id: _unjudged(folder.results(run_id)) for run_id in folder.run_ids()}
        pairs = {run_id: _unjudged_pairs(folder.preferences(run_id)) for run_id in folder.run_ids()[1:]}
        count = sum(map(len, [*broken.values(), *unjudged.values(), *pairs.values()]))
        if not count:
            raise UserError(f"nothing in the experiment {folder.experiment_id} ended in an error or was left unjudged")
        # From here on a kill leaves an experiment that goes on.
        folder.write_progress(progress.model_copy(update={"status": RunStatus.INTERRUPTED, "problem": None}))
        for run_id, keys in broken.items():
            _keep_for_judge(folder, run_id, unjudged[run_id])
            _put_back(folder, run_id, Journal, folder.results(run_id), keys | unjudged[run_id])
        for run_id, keys in pairs.items():
            name = preferences_id(run_id)
            ask_again(CallJournal(folder.calls_path(name)), keys)
            _put_back(folder, name, PreferenceJournal, folder.preferences(run_id), keys)
        return count


def earlier_attempts(folder: ExperimentFolder, run_id: str) -> tuple[RunAttempt, ...]:
    """What the run's file was before. Raises StoreError."""
    return tuple(_attempt(path) for path in folder.attempts(run_id))


def _attempt(path: Path) -> RunAttempt:
    return RunAttempt(
        file=path.name,
        finished_at=read_run(path).finished_at,
        errors=len(_broken(read_results(path))),
        unjudged=len(_unjudged(read_results(path))),
    )


def _broken(results: Iterable[CaseResult]) -> frozenset[ResultKey]:
    return frozenset((result.case_id, result.trial) for result in results if result.error)


def _unjudged(results: Iterable[CaseResult]) -> frozenset[ResultKey]:
    """One that broke off had nothing to judge."""
    return frozenset(
        (result.case_id, result.trial) for result in results if not result.error and unjudged_replies(result)
    )


def _unjudged_pairs(records: Iterable[PreferenceRecord]) -> frozenset[ResultKey]:
    return frozenset((record.case_id, record.trial) for record in records if record.outcome in _NOT_JUDGED)


def _keep_for_judge(folder: ExperimentFolder, run_id: str, keys: Collection[ResultKey]) -> None:
    """Before they leave the run: what was said in them is not to be said again."""
    ask_again(CallJournal(folder.calls_path(run_id)), keys)
    waiting = Journal(folder.journal_path(unjudged_id(run_id)))
    for result in folder.results(run_id):
        if (result.case_id, result.trial) in keys:
            waiting.append(result)


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
