"""Many cases at once: concurrency, progress, cancelling, and a journal that a killed run goes on from."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.evaluation.build import Subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult, RunRecord, RunStatus
from workbench.storage.journal import Journal


class CancelToken:
    """May be set from any thread; cases under way are finished, no new one starts."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class Progress:
    """After one more case."""

    experiment_id: str
    run_id: str
    variant: str
    done: int
    total: int
    result: CaseResult


OnProgress = Callable[[Progress], None]


async def run_batch(
    run: RunRecord,
    cases: Sequence[Case],
    subject: Subject,
    journal: Journal,
    *,
    concurrency: int = 8,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> tuple[RunStatus, tuple[CaseResult, ...]]:
    """Play every case `run.trials` times, `concurrency` at once; what the journal already holds is not played again.

    Each result is in the journal before it is reported. The results come back in the order of the cases.
    """
    cancel = cancel or CancelToken()
    done = {(result.case_id, result.trial): result for result in journal.results()}
    jobs = [(case, trial) for case in cases for trial in range(1, run.trials + 1)]
    waiting = [(case, trial) for case, trial in jobs if (case.id, trial) not in done]
    places = asyncio.Semaphore(concurrency)

    async def play(case: Case, trial: int) -> None:
        async with places:
            if cancel.cancelled:
                return
            with subject.session(case):
                result = await execute(case, subject.bot, subject.notebook, subject.context, trial=trial)
            journal.append(result)
            done[case.id, trial] = result
            if on_progress:
                name = subject.variant.name
                on_progress(Progress(run.experiment_id, run.run_id, name, len(done), len(jobs), result))

    async with asyncio.TaskGroup() as group:
        for case, trial in waiting:
            group.create_task(play(case, trial))
    results = tuple(done[case.id, trial] for case, trial in jobs if (case.id, trial) in done)
    return (RunStatus.FINISHED if len(results) == len(jobs) else RunStatus.CANCELLED), results
