"""The record of an experiment: which runs it has, on what data, and how they stand."""

from __future__ import annotations

from datetime import datetime

from bot_core.errors import UserError
from bot_core.messages import utc_now
from workbench.evaluation.experiments.plan import Plan
from workbench.evaluation.experiments.reopening import earlier_attempts
from workbench.records import ExperimentRecord, ExperimentSpec, Provenance, RunRecord, RunStatus
from workbench.storage.experiment_files import ExperimentFolder


def record_of(folder: ExperimentFolder, plan: Plan, origin: Provenance, stopped: RunStatus | None) -> ExperimentRecord:
    """That of the first process, if there was one: an experiment starts once. One that is only to be cancelled plays
    nothing on what may be other data by now."""
    known = folder.record()
    if known.runs:
        if stopped is not RunStatus.CANCELLED:
            _refuse_other_data(known.runs[0], plan, origin)
        return closed(with_attempts(known, folder), RunStatus.RUNNING, None)
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


def _split(spec: ExperimentSpec) -> str:
    return "personas" if spec.personas else spec.split


def with_attempts(record: ExperimentRecord, folder: ExperimentFolder) -> ExperimentRecord:
    """Raises StoreError."""
    runs = (run.model_copy(update={"earlier": earlier_attempts(folder, run.run_id)}) for run in record.runs)
    return record.model_copy(update={"runs": tuple(runs)})


def closed(record: ExperimentRecord, status: RunStatus, at: datetime | None) -> ExperimentRecord:
    runs = tuple(run.model_copy(update={"status": status, "finished_at": at}) for run in record.runs)
    return record.model_copy(update={"status": status, "finished_at": at, "runs": runs})
