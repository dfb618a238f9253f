"""`run`, `resume`, `pause`, `cancel` and `list`: experiments from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from bot_core.llm.gateway import ModelSettings
    from workbench.evaluation.experiments.estimating import Estimate
    from workbench.records import ExperimentProgress, ExperimentSpec, JudgeSpec, VariantSpec
    from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder

EXIT_OVER_BUDGET = 4
EXIT_PAUSED = 130

ExperimentArgument = Annotated[str, typer.Argument(help="Id of an experiment, as `list` shows it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The result as JSON, no progress bar.")]
VariantOption = Annotated[
    list[str],
    typer.Option(help="NAME=RELEASE[,AGENT=PROMPT][,AGENT.model=MODEL][,model=MODEL][,guardrails=on|off]; 1 to 8."),
]
PersonasOption = Annotated[
    str | None, typer.Option(help="Simulated customers instead of cases: ids with commas, or `all`.")
]
PairsOption = Annotated[
    bool, typer.Option("--judge-pairs", help="Let the judge also compare the variants' conversations.")
]


def run(
    variant: VariantOption,
    name: Annotated[str | None, typer.Option(help="Name of the experiment; default: the variants' names.")] = None,
    split: Annotated[str, typer.Option(help="smoke, golden, recorded or safety.")] = "smoke",
    case: Annotated[list[str] | None, typer.Option(help="Only this case of the split; may be repeated.")] = None,
    personas: PersonasOption = None,
    customer: Annotated[str | None, typer.Option(help="Model that plays the customers; default: rules.")] = None,
    trials: Annotated[int, typer.Option(min=1, max=50, help="How often each case is played.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Cases at once.")] = 8,
    model: Annotated[str | None, typer.Option(help="Model of every variant that names none.")] = None,
    api_base: Annotated[str | None, typer.Option(help="Address of the server of --model.")] = None,
    judge: Annotated[str | None, typer.Option(help="Model that judges the replies; `offline` for rules.")] = None,
    judge_base: Annotated[str | None, typer.Option(help="Address of the server of --judge.")] = None,
    judge_pairs: PairsOption = False,
    budget: Annotated[float | None, typer.Option(min=0.000001, help="Most that it may cost, in USD.")] = None,
    replay: Annotated[bool, typer.Option("--replay", help="Answer model calls from the cassettes.")] = False,
    catalog: Annotated[str | None, typer.Option(help="CSV of cars; default: the shipped sample.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Folder of case files; default: datasets/golden.")] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say what it would cost.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Run variants on the same cases. Ctrl-C pauses; exit code 4 when the budget is used up."""
    variants = _variants(variant, model, api_base, at_once=concurrency)
    spec = _spec(
        name=name or " / ".join(one.name for one in variants),
        variants=variants,
        split=split,
        case_ids=case or (),
        personas=_personas(personas),
        customer=_settings(customer),
        trials=trials,
        concurrency=concurrency,
        judge=_judge(judge, judge_base, len(variants), pairs=judge_pairs),
        budget_usd=_decimal(budget),
        replay=replay,
        catalog_path=catalog,
        dataset_path=dataset,
    )
    raise typer.Exit(_estimated_and_run(spec, only_estimate=estimate, json_output=json_output))


def _estimated_and_run(spec: ExperimentSpec, *, only_estimate: bool, json_output: bool) -> int:
    """Returns the exit code."""
    from bot_core.settings import load_settings
    from workbench.evaluation.experiments.estimating import estimate
    from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

    settings = load_settings()
    cost = estimate(spec, settings)
    if not json_output or only_estimate:
        _tell_estimate(cost, json_output)
    if only_estimate:
        return 0
    folder = ExperimentFiles(experiments_folder(settings)).create(spec)
    return _drive(folder, "json" if json_output else "bar", cost)


def resume(
    experiment: ExperimentArgument,
    budget: Annotated[
        float | None, typer.Option(min=0.000001, help="A new cap in USD, what was paid included.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Also of one that is over: play again what ended in an error.")
    ] = False,
    as_asked: Annotated[bool, typer.Option("--as-asked", hidden=True)] = False,
    json_output: JsonOption = False,
) -> None:
    """Go on with an experiment that was paused, killed or out of money; what was paid is not paid again."""
    from workbench.storage.experiment_files import Control

    folder = _files().open(experiment)
    if budget:
        folder.write_spec(folder.spec.model_copy(update={"budget_usd": _decimal(budget)}))
    if errors:
        from workbench.evaluation.experiments.reopening import reopen_errors

        count = reopen_errors(folder)
        typer.echo(f"{experiment}: {count} to play or judge again", err=True)
    # Started by a page, that may have asked for something else meanwhile; it reads the files, not the bar.
    if not as_asked:
        folder.ask(Control.RUN)
    raise typer.Exit(_drive(folder, "json" if json_output else "nothing" if as_asked else "bar"))


def pause(experiment: ExperimentArgument) -> None:
    """Let the calls under way end, keep everything, and stop; `resume` goes on."""
    from workbench.storage.experiment_files import Control

    folder = _files().open(experiment)
    folder.ask(Control.PAUSE)
    state = "pausing" if folder.is_running() else "not running"
    typer.echo(f"{experiment}: {state}; go on with: python -m workbench resume {experiment}")


def cancel(experiment: ExperimentArgument) -> None:
    """Stop for good; what was played becomes a run of its own."""
    from workbench.storage.experiment_files import Control

    folder = _files().open(experiment)
    folder.ask(Control.CANCEL)
    if folder.is_running():
        typer.echo(f"{experiment}: stopping")
        return
    raise typer.Exit(_drive(folder, "nothing"))


def list_experiments(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    json_output: JsonOption = False,
) -> None:
    """Show experiments, how far they are and what they have cost."""
    rows = [folder.progress() for folder in _files().list(limit)]
    if json_output:
        import json

        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row.experiment_id:14} {row.status.value:12} {row.done:5}/{row.total:<5} {_usd(row)}  {row.name}")


def _files() -> ExperimentFiles:
    from bot_core.settings import load_settings
    from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

    return ExperimentFiles(experiments_folder(load_settings()))


def _variants(texts: Sequence[str], model: str | None, api_base: str | None, *, at_once: int) -> list[VariantSpec]:
    from workbench.cli.variants import parsed_variant, settings_of

    everywhere = settings_of(model, api_base, at_once=at_once) if model else None
    return [parsed_variant(text, everywhere) for text in texts]


def _settings(model: str | None) -> ModelSettings | None:
    from workbench.cli.variants import settings_of

    return settings_of(model) if model else None


def _decimal(usd: float | None) -> Decimal | None:
    from decimal import Decimal

    return Decimal(str(usd)) if usd else None


def _spec(**fields: object) -> ExperimentSpec:
    from pydantic import ValidationError

    from bot_core.errors import UserError
    from workbench.records import ExperimentSpec

    try:
        return ExperimentSpec.model_validate(fields)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise UserError(f"{where or 'experiment'}: {fault['msg'].removeprefix('Value error, ')}") from error


def _judge(model: str | None, api_base: str | None, variants: int, *, pairs: bool) -> JudgeSpec | None:
    from bot_core.errors import UserError
    from bot_core.llm.gateway import OFFLINE_MODEL
    from workbench.cli.variants import settings_of
    from workbench.records import JudgeSpec

    if pairs and (model in (None, OFFLINE_MODEL) or variants < 2):
        raise UserError("--judge-pairs needs a model as judge and two variants", hint="--judge NAME")
    return JudgeSpec(model=settings_of(model, api_base), pairwise=pairs) if model else None


def _personas(text: str | None) -> tuple[str, ...]:
    if not text:
        return ()
    if text != "all":
        return tuple(name.strip() for name in text.split(","))
    from workbench.evaluation.dataset.personas import load_personas

    return tuple(persona.id for persona in load_personas())


def _tell_estimate(cost: Estimate, json_output: bool) -> None:
    if json_output:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps(asdict(cost), default=str))
        return
    typer.echo(
        f"estimate: {cost.usd:.4f} USD ({cost.low:.4f} to {cost.high:.4f}), {cost.calls:,} calls, "
        f"{cost.tokens:,} tokens, about {cost.seconds:.0f} s; from {cost.basis}",
        err=True,
    )


def _drive(folder: ExperimentFolder, output: str, cost: Estimate | None = None) -> int:
    """Run it here. Returns the exit code."""
    from workbench.cli.driving import drive

    progress = drive(folder, bar=output == "bar")
    if output == "json":
        _print_json(progress, cost)
    elif output == "bar":
        _tell_end(progress)
    return {"over_budget": EXIT_OVER_BUDGET, "paused": EXIT_PAUSED}.get(progress.status.value, 0)


def _print_json(progress: ExperimentProgress, cost: Estimate | None) -> None:
    import json
    from dataclasses import asdict

    estimate = asdict(cost) if cost else None
    typer.echo(json.dumps({"estimate": estimate, "progress": progress.model_dump(mode="json")}, default=str))


def _tell_end(progress: ExperimentProgress) -> None:
    for run in progress.runs:
        errors = f", {run.errors} errors" if run.errors else ""
        typer.echo(f"{run.variant}: {run.done}/{run.total} played, {run.passed} passed, {run.failed} failed{errors}")
    if progress.pairs_total:
        typer.echo(f"pairs: {progress.pairs_done}/{progress.pairs_total} compared by the judge")
    typer.echo(f"experiment {progress.experiment_id}: {progress.status.value}, {_usd(progress)}")
    again = f"python -m workbench resume {progress.experiment_id}"
    if progress.status.value == "over_budget":
        typer.echo(f"the budget is used up; go on with: {again} --budget USD")
    elif progress.status.value == "paused":
        typer.echo(f"paused; go on with: {again}")
    elif progress.status.value == "finished" and any(run.errors for run in progress.runs):
        typer.echo(f"to play what ended in an error again: {again} --errors")


def _usd(progress: ExperimentProgress) -> str:
    cap = f" of {progress.budget_usd}" if progress.budget_usd is not None else ""
    return f"{progress.usd_spent:.4f}{cap} USD"
