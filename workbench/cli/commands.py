"""Commands of the evaluation. Heavy imports stay inside the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot_core.errors import KavakBotError, NotFound, UserError
from workbench.cli import comparing, demonstrating, judging, online, planning, promoting, reporting, running, simulating
from workbench.cli.exit_codes import ExitCode

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

CatalogOption = Annotated[Path | None, typer.Option("--catalog", help="CSV of cars; default: the shipped sample.")]
DatasetOption = Annotated[
    Path | None, typer.Option("--dataset", help="Folder of case files; default: datasets/golden.")
]

OutOption = Annotated[Path | None, typer.Option(help="Folder of the reports; default: eval_reports/latest.")]
BaselineOption = Annotated[Path | None, typer.Option(help="Default: eval_reports/baseline.json.")]


@app.callback()
def workbench() -> None:
    """Evaluate the bot: look at the cases, compare two variants, run the gate."""


app.add_typer(simulating.app, name="simulate")
app.add_typer(judging.app, name="judge")
app.command()(comparing.compare)
app.command()(demonstrating.demo)
app.command()(reporting.report)
app.command()(reporting.export)
app.command()(reporting.sql)
app.command()(reporting.rebuild)
app.command()(planning.power)
app.command()(online.online)
app.command()(running.run)
app.command()(running.resume)
app.command()(running.pause)
app.command()(running.cancel)
app.command("list")(running.list_experiments)
app.command()(promoting.promote)
app.command()(promoting.rollback)


@app.command()
def cases(dataset: DatasetOption = None) -> None:
    """Check every case file and count the cases of each split."""
    from workbench.cli.cases import show_cases

    show_cases(dataset)


@app.command()
def coverage(dataset: DatasetOption = None) -> None:
    """Show how many cases of each kind there are, against the minimum; exit code 1 when one is not reached."""
    from workbench.cli.cases import show_coverage

    if not show_coverage(dataset):
        raise typer.Exit(ExitCode.WORSE)


@app.command("eval")
def evaluate(
    only: Annotated[str | None, typer.Option(help="Ids that start so, on one release, without the baseline.")] = None,
    release: Annotated[str, typer.Option(help="Release for --only.")] = "offline-base",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Transcripts of failing cases.")] = False,
    out: OutOption = None,
    dataset: DatasetOption = None,
    catalog: CatalogOption = None,
    baseline: BaselineOption = None,
) -> None:
    """Run the gate: 0 ok, 1 regression, 2 usage, 3 could not be judged, 5 stale cassettes."""
    from workbench.cli.gating import EvalOptions, run_eval, run_only

    options = EvalOptions(verbose=verbose, out=out, dataset=dataset, catalog=catalog, baseline=baseline)
    code = run_only(only, release, options) if only is not None else run_eval(options)
    raise typer.Exit(code)


@app.command()
def bless(
    reason: Annotated[str, typer.Option(help="Why the new verdicts are right; kept in the baseline.")],
    out: OutOption = None,
    dataset: DatasetOption = None,
    baseline: BaselineOption = None,
) -> None:
    """Run the gate and make its verdicts the new baseline; refused when a hard rule fails."""
    from workbench.cli.gating import EvalOptions, run_bless

    run_bless(reason, EvalOptions(out=out, dataset=dataset, baseline=baseline))


@app.command()
def record(
    variant: Annotated[
        list[str] | None, typer.Option(help="Release to record; may be repeated. Default: local and local-v2.")
    ] = None,
    split: Annotated[str, typer.Option(help="Cases to record.")] = "recorded",
    only: Annotated[str | None, typer.Option(help="Only ids that start so.")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Only cases that cannot be replayed any more.")] = False,
    concurrency: Annotated[int, typer.Option(min=1, help="Cases at once.")] = 1,
    dataset: DatasetOption = None,
) -> None:
    """Record cassettes from the releases' real models; what is recorded already and unchanged shows no diff."""
    from workbench.cli.recording import RecordOptions, run_record

    code = run_record(RecordOptions(tuple(variant or ()), split, only, stale, concurrency, dataset))
    raise typer.Exit(code)


def main() -> None:
    """Entry point: a person's mistake is one line and exit code 2, never a traceback."""
    try:
        app()
    except (UserError, NotFound) as error:
        # An id that nobody has was mistyped, whoever was asked for it.
        _end(error, ExitCode.MISTAKE)
    except KavakBotError as error:
        _end(error, ExitCode.INFRASTRUCTURE)


def _end(error: KavakBotError, code: ExitCode) -> None:
    typer.echo(f"error: {error}", err=True)
    sys.exit(code)
