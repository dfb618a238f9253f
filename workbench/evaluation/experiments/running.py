"""One process runs an experiment to its end, or goes on with one that was paused, killed or out of money."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from bot_core.errors import KavakBotError, UserError
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.messages import utc_now
from bot_core.settings import Settings
from workbench.evaluation.batch import CancelToken, play_all
from workbench.evaluation.experiments.pairing import Pair
from workbench.evaluation.experiments.plan import Job, Plan
from workbench.evaluation.experiments.playing import Player
from workbench.evaluation.experiments.preparing import Prepared, Wiring, prepared
from workbench.evaluation.experiments.provenance import provenance
from workbench.evaluation.experiments.reopening import earlier_attempts
from workbench.evaluation.experiments.tally import RunTally, Tally
from workbench.records import ExperimentProgress, ExperimentRecord, ExperimentSpec, Provenance, RunRecord, RunStatus
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
        spec = folder.spec
        runs = [
            RunTally(run_id, variant.name, 0) for run_id, variant in zip(folder.run_ids(), spec.variants, strict=True)
        ]
        self._tally = Tally(folder.experiment_id, spec.name, runs, spec.budget_usd)

    async def to_its_end(self, settings: Settings, wiring: Wiring) -> ExperimentProgress:
        self._tell(RunStatus.RUNNING)
        with prepared(self._folder, settings, wiring) as ready:
            self._ready = ready
            self._restore(ready)
            self._look()
            record = _record(self._folder, ready.plan, provenance(ready.settings, ready.plan.digest), self._stopped)
            self._folder.write_record(record)
            watching = asyncio.create_task(self._watch())
            try:
                await _warmed_up(ready, wiring)
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

    def _restore(self, ready: Prepared) -> None:
        begun = self._folder.record().runs
        for position, (run, journal) in enumerate(zip(self._tally.runs, ready.journals, strict=True)):
            run.total = begun[position].cases * begun[position].trials if begun else ready.plan.total
            for result in journal.results():
                self._tally.restore(position, result)
        if ready.pairing:
            self._tally.pairs_total = ready.plan.total * len(ready.pairing.shelves)
            self._tally.pairs_done = ready.pairing.done

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
        ends = None
        if status in (RunStatus.FINISHED, RunStatus.CANCELLED):
            ends = utc_now()
        record = _closed(record, status, ends)
        if ends:
            self._file(record, ready)
        self._folder.write_record(record)
        return self._tell(status)

    def _file(self, record: ExperimentRecord, ready: Prepared) -> None:
        """What was played becomes one immutable file for each run."""
        for position, (run, journal) in enumerate(zip(record.runs, ready.journals, strict=True)):
            # What still waits for the judge was played all the same.
            for result in ready.unjudged[position].results():
                if (result.case_id, result.trial) not in journal:
                    journal.append(result)
                    self._tally.restore(position, result)
            path = self._folder.run_path(run.run_id)
            if not path.exists():
                write_run(path, run, journal.results(_order(run, ready.plan)))
            journal.discard()
            ready.unjudged[position].discard()
        if ready.pairing:
            order = _order(record.runs[0], ready.plan)
            ready.pairing.file(None if order is None else [*order])

    def _status(self, ready: Prepared) -> RunStatus:
        if self._tally.is_whole():
            return RunStatus.FINISHED
        if self._stopped:
            return self._stopped
        return RunStatus.OVER_BUDGET if ready.meter.over_budget else RunStatus.INTERRUPTED

    def _tell(self, status: RunStatus, *, problem: str | None = None) -> ExperimentProgress:
        if self._ready:
            self._tally.reserved_usd = self._ready.meter.budget.reserved_usd
            for run, book in zip(self._tally.runs, self._ready.books, strict=True):
                run.usd = book.usd
            self._tally.pairs_usd = self._ready.pairing.usd if self._ready.pairing else Decimal(0)
        progress = self._tally.progress(status, problem=problem)
        self._folder.write_progress(progress)
        if self._on_progress:
            self._on_progress(progress)
        return progress


async def _warmed_up(ready: Prepared, wiring: Wiring) -> None:
    """Before the first conversations, which would all wait for it and then go on in step."""
    if ready.asks_models and isinstance(wiring.remote, LiteLLMGateway):
        await wiring.remote.warm_up()


def _record(folder: ExperimentFolder, plan: Plan, origin: Provenance, stopped: RunStatus | None) -> ExperimentRecord:
    """That of the first process, if there was one: an experiment starts once. One that is only to be cancelled plays
    nothing on what may be other data by now."""
    known = folder.record()
    if known.runs:
        if stopped is not RunStatus.CANCELLED:
            _refuse_other_data(known.runs[0], plan, origin)
        runs = (run.model_copy(update={"earlier": earlier_attempts(folder, run.run_id)}) for run in known.runs)
        return _closed(known.model_copy(update={"runs": tuple(runs)}), RunStatus.RUNNING, None)
    started = utc_now()
    return ExperimentRecord(
        experiment_id=folder.experiment_id,
        name=plan.spec.name,
        split=_split(plan.spec),
        runs=tuple(
            RunRecord(
                run_id=run_id,
                experiment_id=folder.experiment_id,
                experiment_name=plan.spec.name,
                position=position,
                variant=subject.variant,
                split=_split(plan.spec),
                dataset_digest=plan.digest,
                catalog=subject.catalog,
                cases=len(plan.situations),
                trials=plan.spec.trials,
                status=RunStatus.RUNNING,
                started_at=started,
                provenance=origin,
            )
            for position, (run_id, subject) in enumerate(zip(folder.run_ids(), plan.subjects, strict=True), start=1)
        ),
        status=RunStatus.RUNNING,
        started_at=started,
    )


def _refuse_other_data(begun: RunRecord, plan: Plan, origin: Provenance) -> None:
    """Raises UserError when half of a run would be played on other data than the first half."""
    before = {"dataset": begun.dataset_digest} | (begun.provenance.hashes if begun.provenance else {})
    now = {"dataset": plan.digest} | origin.hashes
    changed = sorted(name for name, digest in before.items() if now.get(name, digest) != digest)
    if changed:
        raise UserError(
            f"{', '.join(changed)} changed since this experiment began: its results would not be comparable",
            hint="put the files back as they were, or cancel this one (what was played is kept) and start another",
        )


def _order(run: RunRecord, plan: Plan) -> Iterator[ResultKey] | None:
    """That of the cases; None, as they came, when the cases are others by now."""
    return plan.order() if run.dataset_digest == plan.digest else None


def _split(spec: ExperimentSpec) -> str:
    return "personas" if spec.personas else spec.split


def _closed(record: ExperimentRecord, status: RunStatus, at: datetime | None) -> ExperimentRecord:
    runs = tuple(run.model_copy(update={"status": status, "finished_at": at}) for run in record.runs)
    return record.model_copy(update={"status": status, "finished_at": at, "runs": runs})


def _one_line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = str(error) if isinstance(error, KavakBotError) else f"{type(error).__name__}: {error}"
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__
