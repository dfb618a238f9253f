"""One process runs an experiment to its end, or goes on with one that was paused, killed or out of money."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

from bot_core.errors import KavakBotError, UserError
from bot_core.llm.call_process.gateway import ProcessGateway
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.messages import utc_now
from bot_core.settings import Settings
from workbench.evaluation.batch import CancelToken, play_all
from workbench.evaluation.experiments.gateways import ModelOnly
from workbench.evaluation.experiments.kept import Kept, kept_of, order_left, order_of
from workbench.evaluation.experiments.pairing import Pair
from workbench.evaluation.experiments.plan import Job
from workbench.evaluation.experiments.playing import Player
from workbench.evaluation.experiments.preparing import Prepared, Wiring, prepared
from workbench.evaluation.experiments.provenance import provenance
from workbench.evaluation.experiments.recordkeeping import closed, record_of, with_attempts
from workbench.evaluation.experiments.tally import RunTally, Tally
from workbench.records import ExperimentProgress, ExperimentRecord, RunStatus
from workbench.storage.experiment_files import Control, ExperimentFolder
from workbench.storage.journal import ResultKey
from workbench.storage.locks import locked
from workbench.storage.run_files import write_run

TICK_SECONDS = 0.25
"""How often progress is written and somebody's wish is looked for."""
_ASKED = {Control.PAUSE: RunStatus.PAUSED, Control.CANCEL: RunStatus.CANCELLED}

OnProgress = Callable[[ExperimentProgress], None]


async def run_experiment(
    folder: ExperimentFolder,
    settings: Settings,
    *,
    on_progress: OnProgress | None = None,
    wiring: Wiring | None = None,
) -> ExperimentProgress:
    """Run it to its end, or until it is asked to pause or the budget is used up; returns how far it came.

    What earlier processes played and paid is not played and paid again. Raises UserError for a wrong name or file
    (before anything is run) and for an experiment that was cancelled, Conflict when another process runs it.
    """
    with locked(folder.lock):
        before = folder.progress().status
        if before is RunStatus.FINISHED:
            return folder.progress()
        if before is RunStatus.CANCELLED:
            raise UserError(f"the experiment {folder.experiment_id} was cancelled", hint="start a new one")
        run = _Run(folder, on_progress)
        try:
            return await run.to_its_end(settings, wiring or Wiring())
        except BaseException as error:
            run.failed(error)
            raise


class _Run:
    """One process's work on one experiment."""

    def __init__(self, folder: ExperimentFolder, on_progress: OnProgress | None) -> None:
        self._folder = folder
        self._on_progress = on_progress
        self._cancel = CancelToken()
        self._stopped: RunStatus | None = None
        self._ready: Prepared | None = None
        self._kept: Kept | None = None
        self._before = folder.progress()
        """What earlier processes counted: it stands until their results are read."""
        self._restored = False
        spec = folder.spec
        runs = [
            RunTally(run_id, variant.name, 0) for run_id, variant in zip(folder.run_ids(), spec.variants, strict=True)
        ]
        self._tally = Tally(folder.experiment_id, spec.name, runs, spec.budget_usd)

    async def to_its_end(self, settings: Settings, wiring: Wiring) -> ExperimentProgress:
        self._tell(RunStatus.RUNNING)
        begun = self._folder.record()
        if begun.runs and self._folder.asked() is Control.CANCEL:
            return self._cancelled(begun, settings)
        with prepared(self._folder, settings, wiring) as ready:
            self._ready = ready
            self._restore(ready, ready.plan.total)
            self._look()
            if self._stopped is None:
                await _can_be_asked(ready, wiring)
            record = record_of(self._folder, ready.plan, provenance(ready.settings, ready.plan.digest), self._stopped)
            self._folder.write_record(record)
            watching = asyncio.create_task(self._watch())
            try:
                await self._play(ready)
                await self._compare(ready)
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching
            return self._ended(record, ready)

    def failed(self, error: BaseException) -> None:
        """Leave word of it; a process that is told to end leaves an experiment that can be resumed."""
        if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
            self._tell(RunStatus.PAUSED)
        else:
            self._tell(RunStatus.FAILED, problem=_one_line(error))

    def _restore(self, kept: Kept, total: int) -> None:
        """`total` is how many results a run has that did not begin yet."""
        self._kept = kept
        begun = self._folder.record().runs
        for position, (run, journal) in enumerate(zip(self._tally.runs, kept.journals, strict=True)):
            run.total = begun[position].cases * begun[position].trials if begun else total
            for result in journal.results():
                self._tally.restore(position, result)
        if kept.pairing:
            self._tally.pairs_total = total * len(kept.pairing.shelves)
            self._tally.pairs_done = kept.pairing.done
        self._restored = True

    async def _play(self, ready: Prepared) -> None:
        player = Player(ready)

        async def play(job: Job) -> None:
            result = await player.play(job)
            if result is None:
                self._cancel.cancel()
                return
            ready.journals[job.position].append(result)
            self._tally.add(job.position, result)

        missing = (job for job in ready.plan.jobs() if job.key not in ready.journals[job.position])
        try:
            await play_all(missing, play, concurrency=self._folder.spec.concurrency, cancel=self._cancel)
        finally:
            await ready.meter.idle()

    async def _compare(self, ready: Prepared) -> None:
        """The judge's pairs, once all runs are there."""
        pairing = ready.pairing
        if pairing is None or not self._tally.is_played():
            return

        async def compare(pair: Pair) -> None:
            if not await pairing.compare(pair):
                self._cancel.cancel()
            self._tally.pairs_done = pairing.done

        missing = pairing.missing(ready.plan.order())
        try:
            await play_all(missing, compare, concurrency=self._folder.spec.concurrency, cancel=self._cancel)
        finally:
            await ready.meter.idle()

    async def _watch(self) -> None:
        while True:
            self._look()
            self._tell(RunStatus.RUNNING)
            await asyncio.sleep(TICK_SECONDS)

    def _look(self) -> None:
        wanted = _ASKED.get(self._folder.asked())
        if wanted and not self._stopped:
            self._stopped = wanted
            self._cancel.cancel()
            if self._ready:
                self._ready.meter.stop()

    def _ended(self, record: ExperimentRecord, ready: Prepared) -> ExperimentProgress:
        self._look()
        status = self._status(ready)
        orders = [order_of(run, ready.plan) for run in record.runs]
        return self._closed(record, status, ready, orders)

    def _cancelled(self, record: ExperimentRecord, settings: Settings) -> ExperimentProgress:
        """Nothing is played any more: what was is filed, be its data others by now, or gone."""
        kept = kept_of(self._folder, ModelOnly())
        self._restore(kept, record.runs[0].cases * record.runs[0].trials)
        status = RunStatus.FINISHED if self._tally.is_whole() else RunStatus.CANCELLED
        orders = [order_left(run, self._folder, settings) for run in record.runs]
        return self._closed(with_attempts(record, self._folder), status, kept, orders)

    def _closed(
        self, record: ExperimentRecord, status: RunStatus, kept: Kept, orders: Sequence[Iterator[ResultKey] | None]
    ) -> ExperimentProgress:
        ends = utc_now() if status in (RunStatus.FINISHED, RunStatus.CANCELLED) else None
        record = closed(record, status, ends)
        if ends:
            self._file(record, kept, [None if order is None else [*order] for order in orders])
        self._folder.write_record(record)
        return self._tell(status)

    def _file(self, record: ExperimentRecord, kept: Kept, orders: Sequence[Sequence[ResultKey] | None]) -> None:
        """What was played becomes one immutable file for each run."""
        for position, (run, journal) in enumerate(zip(record.runs, kept.journals, strict=True)):
            # What still waits for the judge was played all the same.
            for result in kept.unjudged[position].results():
                if (result.case_id, result.trial) not in journal:
                    journal.append(result)
                    self._tally.restore(position, result)
            path = self._folder.run_path(run.run_id)
            if not path.exists():
                write_run(path, run, journal.results(orders[position]))
            journal.discard()
            kept.unjudged[position].discard()
        if kept.pairing:
            kept.pairing.file(orders[0])

    def _status(self, ready: Prepared) -> RunStatus:
        if self._tally.is_whole():
            return RunStatus.FINISHED
        if self._stopped:
            return self._stopped
        return RunStatus.OVER_BUDGET if ready.meter.over_budget else RunStatus.INTERRUPTED

    def _tell(self, status: RunStatus, *, problem: str | None = None) -> ExperimentProgress:
        if self._ready:
            self._tally.reserved_usd = self._ready.meter.budget.reserved_usd
        if self._kept:
            for run, book in zip(self._tally.runs, self._kept.books, strict=True):
                run.usd = book.usd
            self._tally.pairs_usd = self._kept.pairing.usd if self._kept.pairing else Decimal(0)
        progress = self._tally.progress(status, problem=problem) if self._restored else self._as_before(status, problem)
        self._folder.write_progress(progress)
        if self._on_progress:
            self._on_progress(progress)
        return progress

    def _as_before(self, status: RunStatus, problem: str | None) -> ExperimentProgress:
        told = {"status": status, "problem": problem, "seconds_left": None, "usd_reserved": Decimal(0)}
        return self._before.model_copy(update=told | {"budget_usd": self._folder.spec.budget_usd})


async def _can_be_asked(ready: Prepared, wiring: Wiring) -> None:
    """Before the first conversations, which would all fail for want of the same key, or wait for litellm and then go on
    in step. Raises ModelNotConfigured."""
    if isinstance(wiring.remote, LiteLLMGateway | ProcessGateway):
        for settings in ready.asked:
            await wiring.remote.check(settings)


def _one_line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = str(error) if isinstance(error, KavakBotError) else f"{type(error).__name__}: {error}"
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__
