"""What `judge prefer` does: two variants of a finished experiment, compared conversation by conversation."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from bot_core.errors import UserError
from bot_core.settings import load_settings
from workbench.cli.asking import run_and_close
from workbench.cli.calibration import CalibrateOptions
from workbench.evaluation.judge.asked import judge_gateway
from workbench.evaluation.judge.comparing import VariantPreferences, compare_variants
from workbench.evaluation.judge.judge import Judge
from workbench.evaluation.judge.preference import Share
from workbench.records import RunRecord
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

KEPT = "preferences.json"
"""In the experiment's folder."""


def run_prefer(experiment_id: str, names: tuple[str | None, str | None], options: CalibrateOptions) -> None:
    """Raises NotFound for an unknown experiment, UserError for an unknown variant."""
    folder = ExperimentFiles(experiments_folder(load_settings())).open(experiment_id)
    runs = folder.record().runs
    a, b = _chosen(runs, names)
    spec = options.spec()
    found = run_and_close(
        compare_variants(
            Judge(judge_gateway(), spec),
            spec,
            (a.variant.name, folder.results(a.run_id)),
            (b.variant.name, folder.results(b.run_id)),
            concurrency=options.concurrency,
        )
    )
    if options.write:
        (folder.path / KEPT).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    typer.echo(found.model_dump_json() if options.json_output else "\n".join(_told(found)))


def _chosen(runs: tuple[RunRecord, ...], names: tuple[str | None, str | None]) -> tuple[RunRecord, RunRecord]:
    known = {run.variant.name: run for run in runs}
    for name in names:
        if name is not None and name not in known:
            raise UserError(f"no variant {name!r}", hint=f"known: {', '.join(known)}")
    if len(runs) < 2:
        raise UserError("an experiment of one variant has nothing to compare")
    first = known[names[0]] if names[0] else runs[0]
    second = known[names[1]] if names[1] else next(run for run in runs if run is not first)
    return first, second


def _told(found: VariantPreferences) -> Iterable[str]:
    summary = found.summary
    yield f"A: {found.a} · B: {found.b} · judge: {found.judge.model}"
    yield (
        f"A better {summary.a}, B better {summary.b}, ties {summary.ties}, the same words {found.same}, "
        f"unscored {summary.unscored}, left out {found.left_out}; sign test p = {summary.p_value:.3f}"
    )
    yield f"the order changed the answer in {_share(summary.flips)}"
    yield f"B's share of the decided: {_share(summary.b_wins)}"
    yield from (f"warning: {warning.message}" for warning in found.warnings)
    yield from (f"  {case.case_id}: {case.problem}" for case in found.cases if case.problem)


def _share(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "none"
    return f"{share.count} of {share.n} = {share.share:.0%} ({share.low:.0%} to {share.high:.0%})"
