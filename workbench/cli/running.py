"""`run`, `resume`, `pause`, `cancel` and `list`: experiments from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.exit_codes import ExitCode
from workbench.cli.numbers import finite

if TYPE_CHECKING:
    from bot_core.llm.call_process.process import CallProcess
    from workbench.records import ExperimentSpec
    from workbench.storage.experiment_files import ExperimentFiles

ExperimentArgument = Annotated[str, typer.Argument(help="Id of an experiment, as `list` shows it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The result as one JSON object, no progress bar.")]
VariantOption = Annotated[
    list[str],
    typer.Option(
        help="NAME=RELEASE[,AGENT=PROMPT][,AGENT.model=MODEL][,AGENT.temperature=T][,AGENT.max_tokens=N][,AGENT.seed=N]"
        "[,AGENT.timeout_seconds=S][,model=MODEL][,guardrails=on|off]; 1 to 26."
    ),
]
PersonasOption = Annotated[
    str | None, typer.Option(help="Simulated customers instead of cases: ids with commas, or `all`.")
]
PairsOption = Annotated[
    bool, typer.Option("--judge-pairs", help="Let the judge also compare the variants' conversations.")
]
BudgetOption = Annotated[
    float | None, typer.Option(min=0.000001, callback=finite, help="Most that it may cost, in USD.")
]


def run(
    variant: VariantOption,
    name: Annotated[str | None, typer.Option(help="Name of the experiment; default: the variants' names.")] = None,
    split: Annotated[str, typer.Option(help="smoke, golden, recorded or safety.")] = "smoke",
    case: Annotated[list[str] | None, typer.Option(help="Only this case of the split; may be repeated.")] = None,
    personas: PersonasOption = None,
    customer: Annotated[str | None, typer.Option(help="Model that plays the customers; default: rules.")] = None,
    customer_base: Annotated[str | None, typer.Option(help="Address of the server of --customer.")] = None,
    trials: Annotated[int, typer.Option(min=1, max=50, help="How often each case is played.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Cases at once.")] = 8,
    model: Annotated[str | None, typer.Option(help="Model of every variant that names none.")] = None,
    api_base: Annotated[str | None, typer.Option(help="Address of the server of --model.")] = None,
    judge: Annotated[str | None, typer.Option(help="Model that judges the replies; `offline` for rules.")] = None,
    judge_base: Annotated[str | None, typer.Option(help="Address of the server of --judge.")] = None,
    judge_pairs: PairsOption = False,
    budget: BudgetOption = None,
    replay: Annotated[bool, typer.Option("--replay", help="Answer model calls from the cassettes.")] = False,
    catalog: Annotated[str | None, typer.Option(help="CSV of cars; default: the shipped sample.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Folder of case files; default: datasets/golden.")] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only check it and say what it would cost.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Run variants on the same cases. Ctrl-C pauses; exit code 4 when the budget is used up."""
    from bot_core.llm.call_process.process import CallProcess

    with CallProcess() as calls:
        if model and not (replay or estimate):
            # It gets ready while this process reads its cases.
            calls.start()
        from workbench.cli.specs import customer_named, experiment_spec, judge_named, model_named, money, personas_named
        from workbench.cli.variants import parsed_variant

        everywhere = model_named("--model", model, api_base, at_once=concurrency)
        variants = [parsed_variant(text, everywhere) for text in variant]
        who = personas_named(personas)
        spec = experiment_spec(
            name=name or " / ".join(one.name for one in variants)[:200],
            variants=variants,
            split=split,
            case_ids=case or (),
            personas=who,
            customer=customer_named(customer, customer_base, who),
            trials=trials,
            concurrency=concurrency,
            judge=judge_named(judge, judge_base, len(variants), pairs=judge_pairs),
            budget_usd=money(budget),
            replay=replay,
            catalog_path=catalog,
            dataset_path=dataset,
        )
        raise typer.Exit(_estimate(spec, json_output) if estimate else _run(spec, json_output, calls))


def resume(
    experiment: ExperimentArgument,
    budget: Annotated[
        float | None, typer.Option(min=0.000001, callback=finite, help="A new cap in USD, what was paid included.")
    ] = None,
    errors: Annotated[
        bool,
        typer.Option(
            "--errors",
            help="Also of one that is over: play again what ended in an error, ask a judge again that failed.",
        ),
    ] = False,
    as_asked: Annotated[bool, typer.Option("--as-asked", hidden=True)] = False,
    json_output: JsonOption = False,
) -> None:
    """Go on with an experiment that was paused, killed or out of money; what was paid is not paid again."""
    from workbench.cli.driving import drive, exit_code
    from workbench.cli.specs import with_budget
    from workbench.cli.telling import print_outcome, tell_end
    from workbench.storage.experiment_files import Control

    folder = experiment_files().open(experiment)
    if budget:
        folder.write_spec(with_budget(folder, budget))
    if errors:
        from workbench.evaluation.experiments.reopening import reopen_errors

        count = reopen_errors(folder)
        typer.echo(f"{experiment}: {count} to play or judge again", err=True)
    # Started by a page, that may have asked for something else meanwhile; it reads the files, not the bar.
    if not as_asked:
        folder.ask(Control.RUN)
    progress = drive(folder, bar=not (as_asked or json_output))
    if json_output:
        print_outcome(progress)
    elif not as_asked:
        tell_end(progress, folder)
    raise typer.Exit(exit_code(progress))


def pause(experiment: ExperimentArgument) -> None:
    """Let the calls under way end, keep everything, and stop; `resume` goes on."""
    from workbench.cli.telling import RESUME
    from workbench.records import RunStatus
    from workbench.storage.experiment_files import Control

    folder = experiment_files().open(experiment)
    status = folder.progress().status
    if status in (RunStatus.FINISHED, RunStatus.CANCELLED):
        typer.echo(f"{experiment} is {status.value}: there is nothing to pause")
        return
    again = f"go on with: {RESUME} {experiment}"
    if status in (RunStatus.QUEUED, RunStatus.RUNNING):
        folder.ask(Control.PAUSE)
        typer.echo(f"{experiment} is being paused; {again}")
    else:
        typer.echo(f"{experiment} is not running ({status.value}); {again}")


def cancel(experiment: ExperimentArgument) -> None:
    """Stop for good; what was played becomes a run of its own."""
    from workbench.cli.driving import drive
    from workbench.records import RunStatus
    from workbench.storage.experiment_files import Control

    folder = experiment_files().open(experiment)
    status = folder.progress().status
    if status is RunStatus.FINISHED:
        typer.echo(f"{experiment} is finished: there is nothing to cancel, its results stay")
        return
    if status is RunStatus.CANCELLED:
        typer.echo(f"{experiment} was cancelled before; what was played is kept")
        return
    folder.ask(Control.CANCEL)
    if folder.is_running():
        typer.echo(f"{experiment} is being cancelled; what was played is kept")
        return
    progress = drive(folder, bar=False)
    typer.echo(f"{experiment} is {progress.status.value}; {progress.done} of {progress.total} conversations are kept")


def list_experiments(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    json_output: JsonOption = False,
) -> None:
    """Show experiments, how far they are and what they have cost."""
    files = experiment_files()
    rows = [folder.progress() for folder in files.list(limit)]
    damaged = files.damaged(limit)
    if json_output:
        from workbench.cli.telling import print_json

        print_json(
            {
                "experiments": [row.model_dump(mode="json") for row in rows],
                "damaged": [each._asdict() for each in damaged],
            }
        )
        return
    from workbench.cli.telling import FIRST_RUN, usd

    if not rows and not damaged:
        typer.echo(f"no experiment yet; start one with: {FIRST_RUN}")
    for row in rows:
        typer.echo(f"{row.experiment_id:14} {row.status.value:12} {row.done:5}/{row.total:<5} {usd(row)}  {row.name}")
    for each in damaged:
        typer.echo(f"{each.experiment_id:14} {'damaged':12} {each.problem}")


def experiment_files() -> ExperimentFiles:
    from bot_core.settings import load_settings
    from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

    return ExperimentFiles(experiments_folder(load_settings()))


def _estimate(spec: ExperimentSpec, json_output: bool) -> int:
    """Returns the exit code."""
    from bot_core.settings import load_settings
    from workbench.cli.telling import estimate_data, estimate_lines, print_json
    from workbench.evaluation.experiments.estimating import estimate
    from workbench.evaluation.experiments.preparing import check

    settings = load_settings()
    check(spec, settings)
    cost = estimate(spec, settings)
    if json_output:
        print_json(estimate_data(cost))
    else:
        for line in estimate_lines(cost, spec.budget_usd):
            typer.echo(line)
    return ExitCode.DONE


def _run(spec: ExperimentSpec, json_output: bool, calls: CallProcess) -> int:
    """Returns the exit code."""
    from workbench.cli.driving import exit_code, play
    from workbench.cli.telling import print_outcome, tell_end

    played = play(spec, quiet=json_output, calls=calls)
    if json_output:
        print_outcome(played.progress, played.cost)
    else:
        tell_end(played.progress, played.folder)
    return exit_code(played.progress)
