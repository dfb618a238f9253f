"""Many cases at once: concurrency, progress, cancelling, and a journal that a killed run goes on from."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Protocol

from workbench.evaluation.build import Subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult


class CancelToken:
    """May be set from any thread; cases under way are finished, no new one starts."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()


class OnResult(Protocol):
    def __call__(self, result: CaseResult, *, done: int, total: int) -> None:
        """One more case is played. Called on the event loop's thread: keep it short."""
        ...


class ResultLog(Protocol):
    """Where results are kept while a run is under way."""

    def results(self) -> tuple[CaseResult, ...]: ...

    def append(self, result: CaseResult) -> None: ...


async def run_batch(
    cases: Sequence[Case],
    subject: Subject,
    *,
    trials: int = 1,
    concurrency: int = 8,
    log: ResultLog | None = None,
    on_result: OnResult | None = None,
    cancel: CancelToken | None = None,
) -> tuple[CaseResult, ...]:
    """Play every case `trials` times, `concurrency` at once; what the log already holds is not played again.

    Each result is in the log before it is reported. The results come back in the order of the cases; after a cancel,
    only those that were played.
    """
    jobs = [(case, trial) for case in cases for trial in range(1, trials + 1)]
    done = {(result.case_id, result.trial): result for result in (log.results() if log else ())}
    places = asyncio.Semaphore(concurrency)

    async def play(case: Case, trial: int) -> None:
        async with places:
            if cancel and cancel.cancelled:
                return
            result = await execute(
                case, subject.bot, subject.notebook, subject.context, trial=trial, session=subject.session
            )
            if log:
                log.append(result)
            done[case.id, trial] = result
            if on_result:
                on_result(result, done=len(done), total=len(jobs))
            # An offline case never waits for anything: let the loop's other work have its turn.
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for case, trial in jobs:
            if (case.id, trial) not in done:
                group.create_task(play(case, trial))
    return tuple(done[case.id, trial] for case, trial in jobs if (case.id, trial) in done)
