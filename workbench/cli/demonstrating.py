"""`demo`: a whole experiment without a key, from recordings of a real model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder of the report; default: eval_reports/demo.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also a PDF, by the Chromium that is installed.")] = False,
) -> None:
    """Compare two prompt versions on a recorded model, and the offline baseline with them: no key, no network."""
    import asyncio

    from bot_core.settings import PROJECT_ROOT, load_settings
    from workbench.cli.comparing import print_findings, show_progress
    from workbench.evaluation.report.demonstration import demonstrate
    from workbench.evaluation.report.experiment import write_report

    found = asyncio.run(demonstrate(load_settings(), on_progress=show_progress))
    print_findings(found)
    paths = write_report(found, out or PROJECT_ROOT / "eval_reports" / "demo", pdf=pdf)
    typer.echo(f"open {paths.html}")
