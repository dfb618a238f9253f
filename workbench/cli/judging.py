"""`judge calibrate` and `judge labels`: how far a judge can be believed."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Calibrate judges on labelled replies; see the labels.")


@app.command()
def calibrate(
    model: Annotated[
        str | None, typer.Option(help='A litellm name, asked live; "offline" for the embedded rules alone.')
    ] = None,
    api_base: Annotated[str | None, typer.Option(help="Address of the model's server.")] = None,
    prompt: Annotated[str, typer.Option(help="Version of the judge's prompt.")] = "judge/v001",
    replay: Annotated[
        bool, typer.Option("--replay", help="The local model from its recordings (the default without --model).")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Ask the model live and write its recordings; the local one by default.")
    ] = False,
    missing: Annotated[bool, typer.Option("--missing", help="With --record: only what is not recorded yet.")] = False,
    pairs: Annotated[bool, typer.Option("--pairs", help="Also compare good replies with defective ones.")] = False,
    concurrency: Annotated[int, typer.Option(min=1, help="Replies at once.")] = 8,
    write: Annotated[
        bool, typer.Option("--write", help="Keep the calibration in eval_reports/judge and docs/judge.md.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="The calibration as JSON.")] = False,
) -> None:
    """Hold a judge against the labelled replies: kappa, sensitivity, specificity, and whether its scores may count."""
    from workbench.cli.calibration import CalibrateOptions, run_calibrate

    options = CalibrateOptions(
        model=None if replay else model,
        api_base=api_base,
        prompt=prompt,
        record=record,
        missing=missing,
        pairs=pairs,
        concurrency=concurrency,
        write=write,
        json_output=json_output,
    )
    run_calibrate(options)


@app.command()
def labels(json_output: Annotated[bool, typer.Option("--json", help="The counts as JSON.")] = False) -> None:
    """Count the labelled replies by kind and by who labelled them, and how well people agree."""
    from workbench.cli.calibration import run_labels

    run_labels(json_output=json_output)
