"""Many cases at once: concurrency, progress, stopping. Results are handed on as they come, never collected."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from workbench.evaluation.build import Subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult

Job = TypeVar("Job")


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


_APART = 0.004
"""Seconds between the first starts. Begun all at once, the answers would come all at once too, round after round: the
model waits while we reckon, and we wait while it answers."""


async def play_all(
    jobs: Iterable[Job],
    play: Callable[[Job], Awaitable[None]],
    *,
    concurrency: int,
    cancel: CancelToken | None = None,
) -> None:
    """`play` every job, `concurrency` at once, in their order. What `play` raises ends all.

    Jobs are taken when there is a place for them, so that their number costs no memory.
    """
    waiting = iter(jobs)
    all_begun = False

    async def work() -> None:
        nonlocal all_begun
        for job in waiting:
            if cancel and cancel.cancelled:
                break
            await play(job)
            # An offline case never waits for anything: let the loop's other work have its turn.
            await asyncio.sleep(0)
        all_begun = True

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
            await asyncio.sleep(_APART)
            if all_begun:
                break


async def run_batch(
    cases: Sequence[Case],
    subject: Subject,
    *,
    trials: int = 1,
    concurrency: int = 8,
    on_result: OnResult | None = None,
    cancel: CancelToken | None = None,
) -> tuple[CaseResult, ...]:
    """Play every case `trials` times and keep the results in memory, in the order of the cases.

    For the gate and for recording; an experiment streams its results to disk (evaluation.experiments). After a cancel,
    only those that were played come back.
    """
    jobs = [(case, trial) for case in cases for trial in range(1, trials + 1)]
    done: dict[tuple[str, int], CaseResult] = {}

    async def play(job: tuple[Case, int]) -> None:
        case, trial = job
        result = await execute(
            case, subject.bot, subject.notebook, subject.context, trial=trial, session=subject.session
        )
        done[case.id, trial] = result
        if on_result:
            on_result(result, done=len(done), total=len(jobs))

    await play_all(jobs, play, concurrency=concurrency, cancel=cancel)
    return tuple(done[case.id, trial] for case, trial in jobs if (case.id, trial) in done)
