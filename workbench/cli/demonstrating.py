"""`demo`: a whole experiment without a key, from recordings of a real model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder of the report; default: eval_reports/demo.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also a PDF, by the Chromium that is installed.")] = False,
    json_output: Annotated[
        bool, typer.Option("--json", help="The files of the report as one JSON object, no progress bar.")
    ] = False,
) -> None:
    """Compare two prompt versions on a recorded model, and the offline baseline with them: no key, no network."""
    import asyncio

    from bot_core.settings import PROJECT_ROOT, load_settings
    from workbench.cli.bars import experiment_bar
    from workbench.cli.comparing import print_findings
    from workbench.cli.reporting import written
    from workbench.cli.telling import print_json, tell_estimate
    from workbench.evaluation.experiments.estimating import estimate
    from workbench.evaluation.report.demonstration import SPEC, demonstrate

    settings = load_settings()
    if not json_output:
        tell_estimate(estimate(SPEC, settings))
    with experiment_bar(hidden=json_output) as show:
        found = asyncio.run(demonstrate(settings, on_progress=show))
    if not json_output:
        print_findings(found)
    files = written(found, out or PROJECT_ROOT / "eval_reports" / "demo", pdf=pdf)
    if json_output:
        print_json(files)
    else:
        typer.echo(f"open {files['html']}")
