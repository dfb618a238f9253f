"""Several variants on the same cases, one after the other; every run ends as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import Field

from bot_core.messages import Frozen, new_id, utc_now
from bot_core.settings import Settings
from workbench.evaluation.batch import CancelToken, OnResult, run_batch
from workbench.evaluation.build import GatewayOver, Subject, build_subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import Dataset, cases_digest, load_dataset
from workbench.records import CaseResult, ExperimentRecord, RunRecord, RunStatus, VariantSpec
from workbench.storage.database import WorkbenchDatabase
from workbench.storage.run_files import RunFiles


class ExperimentSpec(Frozen):
    name: str = Field(min_length=1)
    variants: tuple[VariantSpec, ...] = Field(min_length=1, max_length=8)
    split: str = "smoke"
    trials: int = Field(default=1, ge=1, le=50)
    concurrency: int = Field(default=8, ge=1, le=256)


@dataclass(frozen=True, slots=True)
class Progress:
    """After one more case of one variant."""

    experiment_id: str
    run_id: str
    variant: str
    done: int
    total: int
    result: CaseResult


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Experiment:
    record: ExperimentRecord
    results: tuple[tuple[CaseResult, ...], ...]
    """One for each run of the record, in its order."""


def runs_folder(settings: Settings) -> Path:
    return settings.data_dir / "runs"


def database_path(settings: Settings) -> Path:
    return settings.data_dir / "workbench.duckdb"


async def run_experiment(
    spec: ExperimentSpec,
    settings: Settings,
    *,
    experiment_id: str | None = None,
    dataset: Dataset | None = None,
    gateway: GatewayOver | None = None,
    database: WorkbenchDatabase | None = None,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Experiment:
    """Run every variant; `settings` says which catalogue, knowledge base and data folder.

    With the `experiment_id` of a killed one, goes on where it stopped. With a `database`, the experiment is there from
    its start and each run's results at its end. After `cancel`, what was played is kept as CANCELLED.
    Raises UserError for a wrong name or file before anything is run.
    """
    cases = (dataset or load_dataset()).split(spec.split)
    subjects = [build_subject(variant, settings, gateway=gateway) for variant in spec.variants]
    plan = _Plan(spec, experiment_id or new_id()[:12], utc_now(), cases, RunFiles(runs_folder(settings)))
    runs: list[tuple[RunRecord, tuple[CaseResult, ...]]] = []
    try:
        for position, subject in enumerate(subjects, start=1):
            if database:
                database.save_experiment(plan.record([run for run, _ in runs], RunStatus.RUNNING))
            runs.append(await plan.run(position, subject, on_progress, cancel))
            if database:
                database.save_results(*runs[-1])
            if runs[-1][0].status is RunStatus.CANCELLED:
                break
    except BaseException:
        if database:
            database.save_experiment(plan.record([run for run, _ in runs], RunStatus.FAILED))
        raise
    record = plan.record([run for run, _ in runs], runs[-1][0].status)
    if database:
        database.save_experiment(record)
    return Experiment(record, tuple(results for _, results in runs))


@dataclass(frozen=True, slots=True)
class _Plan:
    spec: ExperimentSpec
    experiment_id: str
    started_at: datetime
    cases: Sequence[Case]
    files: RunFiles

    def record(self, runs: Sequence[RunRecord], status: RunStatus) -> ExperimentRecord:
        return ExperimentRecord(
            experiment_id=self.experiment_id,
            name=self.spec.name,
            split=self.spec.split,
            runs=tuple(runs),
            status=status,
            started_at=self.started_at,
            finished_at=None if status is RunStatus.RUNNING else utc_now(),
        )

    async def run(
        self, position: int, subject: Subject, on_progress: OnProgress | None, cancel: CancelToken | None
    ) -> tuple[RunRecord, tuple[CaseResult, ...]]:
        run = self._started(position, subject)
        if self.files.exists(run.run_id):
            return self.files.load(run.run_id)
        journal = self.files.journal(f"{run.run_id}-{_conditions(run)}")
        results = await run_batch(
            self.cases,
            subject,
            trials=self.spec.trials,
            concurrency=self.spec.concurrency,
            log=journal,
            on_result=_reporter(run, on_progress) if on_progress else None,
            cancel=cancel,
        )
        whole = len(results) == len(self.cases) * self.spec.trials
        status = RunStatus.FINISHED if whole else RunStatus.CANCELLED
        run = run.model_copy(update={"status": status, "finished_at": utc_now()})
        self.files.save(run, results)
        journal.discard()
        return run, results

    def _started(self, position: int, subject: Subject) -> RunRecord:
        return RunRecord(
            run_id=f"{self.experiment_id}-{position}",
            experiment_id=self.experiment_id,
            experiment_name=self.spec.name,
            position=position,
            variant=subject.variant,
            split=self.spec.split,
            dataset_digest=cases_digest(self.cases),
            catalog=subject.catalog,
            cases=len(self.cases),
            trials=self.spec.trials,
            status=RunStatus.RUNNING,
            started_at=utc_now(),
        )


def _reporter(run: RunRecord, on_progress: OnProgress) -> OnResult:
    def report(result: CaseResult, *, done: int, total: int) -> None:
        on_progress(Progress(run.experiment_id, run.run_id, run.variant.name, done, total, result))

    return report


def _conditions(run: RunRecord) -> str:
    """A journal written under other conditions is not gone on with."""
    conditions = f"{run.variant.model_dump_json()}|{run.dataset_digest}|{run.catalog}|{run.trials}"
    return hashlib.sha256(conditions.encode()).hexdigest()[:8]
