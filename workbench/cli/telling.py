"""What a command says of an experiment: before it, and at its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import typer

from workbench.evaluation.experiments.estimating import Estimate
from workbench.records import ExperimentProgress, RunProgress, RunStatus
from workbench.storage.experiment_files import ExperimentFolder

RESUME = "python -m workbench resume"
FIRST_RUN = "python -m workbench run --variant A=offline-base --variant B=offline-exacto"


def print_json(data: dict[str, Any]) -> None:
    """The one object of a command with --json."""
    typer.echo(json.dumps(data, ensure_ascii=False, default=str))


def estimate_data(cost: Estimate) -> dict[str, Any]:
    return asdict(cost)


def print_outcome(progress: ExperimentProgress, cost: Estimate | None = None) -> None:
    print_json({"estimate": cost and estimate_data(cost), "progress": progress.model_dump(mode="json")})


def tell_estimate(cost: Estimate, budget: Decimal | None = None) -> None:
    """Before a run, whose result is on standard output."""
    for line in estimate_lines(cost, budget):
        typer.echo(line, err=True)


def estimate_lines(cost: Estimate, budget: Decimal | None) -> Iterator[str]:
    yield (
        f"estimate: {cost.usd:.4f} USD ({cost.low:.4f} to {cost.high:.4f}), {cost.calls:,} calls, "
        f"{cost.tokens:,} tokens, about {cost.seconds:.0f} s; from {cost.basis}"
    )
    if budget is not None and cost.usd > budget:
        yield f"that is more than the budget of {budget} USD: it will stop there, with partial results"


def tell_end(progress: ExperimentProgress, folder: ExperimentFolder) -> None:
    for line in (*_end(progress), *_beside_the_bot(folder)):
        typer.echo(line)


def usd(progress: ExperimentProgress) -> str:
    cap = f" of {progress.budget_usd}" if progress.budget_usd is not None else ""
    return f"{progress.usd_spent:.4f}{cap} USD"


def _end(progress: ExperimentProgress) -> Iterator[str]:
    yield from map(_run, progress.runs)
    for run in progress.runs:
        if run.baseline_calls:
            yield baseline_line(run.variant, run.baseline_calls, run.model_calls)
    if progress.pairs_total:
        yield f"pairs: {progress.pairs_done}/{progress.pairs_total} compared by the judge"
    yield f"experiment {progress.experiment_id}: {progress.status.value}, {usd(progress)}"
    again = f"{RESUME} {progress.experiment_id}"
    match progress.status:
        case RunStatus.OVER_BUDGET:
            yield f"the budget is used up; go on with: {again} --budget USD"
        case RunStatus.PAUSED:
            yield f"paused; go on with: {again}"
        case RunStatus.FINISHED if any(run.errors or run.unjudged for run in progress.runs):
            yield f"to play what ended in an error again, and ask the judge again where it failed: {again} --errors"


def baseline_line(variant: str, answered: int, calls: int) -> str:
    """How many of a variant's model calls were not answered by its model."""
    share = f"{100 * answered / calls:.1f} % of its calls"
    return f"{variant}: the model did not answer {share} itself ({answered} of {calls}); the baseline answered for it"


def _beside_the_bot(folder: ExperimentFolder) -> Iterator[str]:
    """Of simulated customers and of a judge that judged its own words, variant by variant."""
    if folder.spec.personas:
        # The statistics take a second to import: only for those who need them.
        from workbench.cli.notes import fault_lines

        yield from fault_lines(folder)
    if folder.spec.judge:
        from workbench.cli.notes import own_judge_lines

        yield from own_judge_lines(folder)


def _run(run: RunProgress) -> str:
    """What is nought is left out, but for what passed and failed."""
    further = ((run.errors, "errors"), (run.unscored, "unscored"), (run.unjudged, "replies not judged"))
    ends = ", ".join(f"{end} {count}" for end, count in sorted(run.ends.items()))
    return (
        f"{run.variant}: {run.done}/{run.total} played, {run.passed} passed, {run.failed} failed"
        + "".join(f", {count} {what}" for count, what in further if count)
        + (f"; ends: {ends}" if ends else "")
    )
