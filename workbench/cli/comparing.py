"""`compare` and `rebuild`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot_core.settings import Settings, load_settings
from workbench.evaluation.compare import Comparison, Rate
from workbench.evaluation.compare import compare as compared
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import CaseResult, ExperimentProgress, ExperimentRecord, ExperimentSpec, VariantSpec
from workbench.storage.database import database_path, open_database
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder
from workbench.storage.rebuild import rebuild

_MOST_FLIPS = 20


@dataclass(frozen=True, slots=True)
class CompareOptions:
    a: str
    b: str
    split: str
    trials: int
    concurrency: int
    catalog: Path | None
    dataset: Path | None
    resume: str | None
    json_output: bool


@dataclass(frozen=True, slots=True)
class Experiment:
    record: ExperimentRecord
    results: tuple[tuple[CaseResult, ...], ...]


def run_compare(options: CompareOptions) -> None:
    """Run both variants, print the comparison."""
    experiment = asyncio.run(_experiment(options, load_settings()))
    comparison = compared(*experiment.results)
    if options.json_output:
        _print_json(experiment, comparison)
    else:
        _print_table(experiment, comparison)


def run_rebuild() -> None:
    settings = load_settings()
    database = open_database(database_path(settings))
    try:
        count = rebuild(database, ExperimentFiles(experiments_folder(settings)))
    finally:
        database.close()
    typer.echo(f"{database.path}: {count} runs")


async def _experiment(options: CompareOptions, settings: Settings) -> Experiment:
    spec = ExperimentSpec(
        name=f"{options.a} / {options.b}",
        variants=(
            VariantSpec(name=f"A: {options.a}", release_id=options.a),
            VariantSpec(name=f"B: {options.b}", release_id=options.b),
        ),
        split=options.split,
        trials=options.trials,
        concurrency=options.concurrency,
        catalog_path=str(options.catalog) if options.catalog else None,
        dataset_path=str(options.dataset) if options.dataset else None,
    )
    folder = ExperimentFiles(experiments_folder(settings)).create(spec, options.resume)
    await run_experiment(folder, settings, on_progress=None if options.json_output else _show_progress)
    return Experiment(folder.record(), tuple(tuple(folder.results(run_id)) for run_id in folder.run_ids()))


def _show_progress(progress: ExperimentProgress) -> None:
    if not progress.total:
        return
    end = "\n" if progress.done == progress.total else ""
    typer.echo(f"\r{progress.done}/{progress.total} {end}", nl=False, err=True)


def _print_table(experiment: Experiment, comparison: Comparison) -> None:
    a, b = (run.variant.name for run in experiment.record.runs)
    table = Table(title=f"{experiment.record.name}: {comparison.cases} cases of {experiment.record.split}")
    table.add_column("scorer")
    table.add_column(f"{a}\npassed, 95 % interval")
    table.add_column(f"{b}\npassed, 95 % interval")
    for row in comparison.scorers:
        if row.a.scored or row.b.scored or row.a.errors or row.b.errors:
            table.add_row(row.scorer, _rate(row.a), _rate(row.b))
    console = Console()
    console.print(table)
    flips = [flip for flip in comparison.flips if flip.scorer == "case"]
    for flip in flips[:_MOST_FLIPS]:
        console.print(f"  {flip.case_id}: {flip.before} in A, {flip.after} in B", highlight=False)
    if len(flips) > _MOST_FLIPS:
        console.print(f"  and {len(flips) - _MOST_FLIPS} more")
    for line in _errors(experiment):
        console.print(line, highlight=False, markup=False)
    console.print(f"experiment {experiment.record.experiment_id}", highlight=False)


def _errors(experiment: Experiment) -> Iterator[str]:
    """Each kind of error once, with its first message: an error is no wrong answer, but nobody may overlook it."""
    for run, results in zip(experiment.record.runs, experiment.results, strict=True):
        broken = [result.error for result in results if result.error]
        for kind in dict.fromkeys(error.kind for error in broken):
            same = [error for error in broken if error.kind == kind]
            yield f"  {run.variant.name}: {len(same)} × {kind}: {same[0].message.splitlines()[0]}"


def _rate(rate: Rate) -> str:
    errors = f", {rate.errors} errors" if rate.errors else ""
    if rate.share is None or rate.low is None or rate.high is None:
        return f"not scored{errors}"
    return f"{rate.passed}/{rate.scored} = {rate.share:.1%} ({rate.low:.1%} to {rate.high:.1%}){errors}"


def _print_json(experiment: Experiment, comparison: Comparison) -> None:
    import json

    record = experiment.record.model_dump(mode="json")
    typer.echo(json.dumps({"experiment": record, "comparison": asdict(comparison)}, ensure_ascii=False, indent=2))
