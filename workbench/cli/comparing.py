"""`compare`: any two stored runs, an experiment, or two variants that are played first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.running import BudgetOption, experiment_files

if TYPE_CHECKING:
    from rich.console import Console

    from bot_core.prompts.library import PromptLibrary
    from bot_core.releases.source import ReleaseSource
    from bot_core.settings import Settings
    from workbench.cli.driving import PlayedExperiment
    from workbench.evaluation.findings.records import Comparison, Findings, PreferenceFinding, VariantFindings
    from workbench.records import ExperimentSpec
    from workbench.storage.experiment_files import ExperimentFiles

_MOST_FLIPS = 20
_VARIANT = "a release, with changes as in `run --variant`"


def compare(
    ids: Annotated[
        list[str] | None, typer.Argument(help="An experiment, or two runs or experiments of one variant each.")
    ] = None,
    a: Annotated[str | None, typer.Option("--a", help=f"Variant A, to be played: {_VARIANT}.")] = None,
    b: Annotated[str | None, typer.Option("--b", help="Variant B, likewise.")] = None,
    split: Annotated[str, typer.Option(help="smoke, golden, recorded or safety.")] = "smoke",
    trials: Annotated[int, typer.Option(min=1, max=50, help="How often each case is played.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Cases at once.")] = 8,
    budget: BudgetOption = None,
    catalog: Annotated[Path | None, typer.Option(help="CSV of cars; default: the shipped sample.")] = None,
    dataset: Annotated[Path | None, typer.Option(help="Folder of case files; default: datasets/golden.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Everything that was found, as one JSON object.")] = False,
) -> None:
    """Compare stored runs, or play two variants (--a, --b) and compare them, with verdicts.

    Played ones stay as an experiment. Ctrl-C pauses; exit code 4 when the budget is used up.
    """
    from bot_core.errors import UserError
    from bot_core.settings import load_settings
    from workbench.cli.bars import working

    played = None
    if a and b and not ids:
        spec = _spec(a, b, split, trials, concurrency, budget, catalog, dataset)
        played = _played(spec, quiet=json_output)
        ids = [played.folder.experiment_id]
    elif a or b or not ids:
        raise UserError("give the ids of stored runs, or both --a and --b", hint="`list` shows what is stored")
    with working("working it out"):
        found = stored_findings(ids, load_settings())
    if json_output:
        _print_json(found, played)
    else:
        print_findings(found)
    if played:
        raise typer.Exit(_exit_code(played))


def stored_findings(ids: Sequence[str], settings: Settings) -> Findings:
    """Of one experiment, or of two runs. Raises NotFound, UserError, StoreError."""
    from bot_core.errors import UserError
    from workbench.evaluation.findings.stored import experiment_findings, pair_findings

    files = experiment_files()
    with libraries(settings) as (releases, prompts):
        match list(ids):
            case [one]:
                return experiment_findings(files.open(one), releases=releases, prompts=prompts)
            case [one, two]:
                runs = run_of(files, one), run_of(files, two)
                return pair_findings(files, *runs, releases=releases, prompts=prompts)
            case _:
                raise UserError("one experiment or two runs can be compared, not more")


def run_of(files: ExperimentFiles, name: str) -> str:
    """A run's id as it is; an experiment's single run. Raises NotFound, and UserError for several runs."""
    from bot_core.errors import NotFound, UserError

    try:
        runs = files.open(name).run_ids()
    except NotFound:
        files.of_run(name)
        return name
    if len(runs) > 1:
        raise UserError(f"{name} has several runs", hint=f"name one of {', '.join(runs)}")
    return runs[0]


@contextmanager
def libraries(settings: Settings) -> Iterator[tuple[ReleaseSource, PromptLibrary]]:
    """Releases and prompts of the operational store, where those that were written in the workbench are too."""
    from bot_core.store.store import open_store

    store = open_store(settings.store_url)
    try:
        yield store.releases, store.prompts
    finally:
        store.close()


def _spec(
    a: str,
    b: str,
    split: str,
    trials: int,
    concurrency: int,
    budget: float | None,
    catalog: Path | None,
    dataset: Path | None,
) -> ExperimentSpec:
    from workbench.cli.specs import experiment_spec, money
    from workbench.cli.variants import parsed_variant

    variants = [(letter, parsed_variant(text, None)) for letter, text in (("A", a), ("B", b))]
    return experiment_spec(
        name=" / ".join(variant.name for _, variant in variants),
        variants=[variant.model_copy(update={"name": f"{letter}: {variant.name}"}) for letter, variant in variants],
        split=split,
        trials=trials,
        concurrency=concurrency,
        budget_usd=money(budget),
        catalog_path=str(catalog) if catalog else None,
        dataset_path=str(dataset) if dataset else None,
    )


def _played(spec: ExperimentSpec, *, quiet: bool) -> PlayedExperiment:
    from workbench.cli.driving import play
    from workbench.cli.telling import tell_end

    played = play(spec, quiet=quiet)
    if not (quiet or played.progress.status.value == "finished"):
        tell_end(played.progress, played.folder)
    return played


def _exit_code(played: PlayedExperiment) -> int:
    from workbench.cli.driving import exit_code

    return exit_code(played.progress)


def print_findings(found: Findings) -> None:
    from workbench.cli.notes import ends_table, warnings
    from workbench.cli.printing import table_console

    console = table_console()
    if found.status != "finished":
        console.print(f"partial results: the experiment is {found.status}")
    for warning in warnings(found):
        console.print(warning)
    for comparison in found.comparisons:
        _print_comparison(console, found, comparison)
    if not found.comparisons:
        _print_rates(console, found)
    if ends := ends_table(found):
        console.print(ends)
    for variant in found.variants:
        for line in _errors(variant):
            console.print(line)
    if found.experiment_id:
        console.print(f"experiment {found.experiment_id}; `report {found.experiment_id}` writes the whole report")


def _print_comparison(console: Console, found: Findings, comparison: Comparison) -> None:
    from rich.table import Table

    from workbench.evaluation.findings.labels import label
    from workbench.evaluation.statistics.sentences import amount, bounds, level

    rows = comparison.metrics
    table = Table(title=f"{found.name}: {rows[0].conversations if rows else 0} conversations of {found.split}")
    for title in ("metric", comparison.baseline, comparison.candidate, "difference, 95 %", "adjusted p", "verdict"):
        table.add_column(title)
    for row in rows:
        if row.better or row.worse:
            said = f"{amount(row.difference, row.unit, signed=True)} ({bounds(row.low, row.high, row.unit)})"
            verdict = label("gaps", row.gap.value) if row.gap else label("decisions", row.decision.value)
            table.add_row(
                row.metric, level(row.a, row.unit), level(row.b, row.unit), said, f"{row.adjusted_p:.3f}", verdict
            )
    console.print(table)
    console.print(comparison.headline)
    if comparison.preferences:
        console.print(_preferred(comparison, comparison.preferences))
    for flip in comparison.flips[:_MOST_FLIPS]:
        signs = [*(f"-{name}" for name in flip.lost_scorers), *(f"+{name}" for name in flip.won_scorers)]
        console.print(f"  {flip.key}: {flip.kind.value} ({', '.join(signs)})")
    if len(comparison.flips) > _MOST_FLIPS:
        console.print(f"  and {len(comparison.flips) - _MOST_FLIPS} more")


def _preferred(comparison: Comparison, found: PreferenceFinding) -> str:
    counts = (
        f"{comparison.candidate} {len(found.candidate.keys)}, tie {len(found.tie.keys)}, "
        f"{comparison.baseline} {len(found.baseline.keys)}, the same words {len(found.same)}, "
        f"unscored {len(found.unscored)}"
    )
    warned = f"; beware: {', '.join(found.warnings)}" if found.warnings else ""
    return (
        f"{found.judge} prefers: {counts}; {len(found.flips.keys)} of {found.asked} changed with the order; "
        f"sign test p = {found.p_value:.3f}{warned}"
    )


def _print_rates(console: Console, found: Findings) -> None:
    from rich.table import Table

    from workbench.evaluation.statistics.metrics import Unit
    from workbench.evaluation.statistics.sentences import level

    table = Table(title=f"{found.name}: {found.split}")
    for title in ("metric", *(variant.name for variant in found.variants)):
        table.add_column(title)
    for name in dict.fromkeys(rate.metric for variant in found.variants for rate in variant.rates):
        cells = []
        for variant in found.variants:
            rate = variant.rate(name)
            share = rate.share if rate else None
            cells.append("-" if share is None else level(share, Unit.SHARE))
        table.add_row(name, *cells)
    console.print(table)


def _errors(variant: VariantFindings) -> Iterator[str]:
    """Each kind of error once, with its first message: an error is no wrong answer, but nobody may overlook it."""
    for group in variant.failures:
        if group.scorer == "error":
            yield f"  {variant.name}: {group.count} × {group.reason}: {(group.example.splitlines() or [''])[0]}"


def _print_json(found: Findings, played: PlayedExperiment | None) -> None:
    from workbench.cli.telling import estimate_data, print_json
    from workbench.evaluation.findings.data import as_data

    estimate = {"estimate": estimate_data(played.cost)} if played else {}
    print_json(estimate | as_data(found, transcripts=False))
