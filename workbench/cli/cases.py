"""`cases` and `coverage`."""

from __future__ import annotations

from pathlib import Path

import typer

from bot_core.errors import DatasetError
from workbench.evaluation.dataset.coverage import CoverageRow, coverage
from workbench.evaluation.dataset.loading import SPLITS, load_dataset


def show_cases(folder: Path | None) -> None:
    """Raises DatasetError for the first fault."""
    dataset = load_dataset(folder)
    turns = sum(len(case.turns) for case in dataset.cases)
    typer.echo(f"{len(dataset.cases)} cases, {turns} turns, no faults (digest {dataset.digest})")
    for split in SPLITS:
        try:
            count = len(dataset.split(split))
        except DatasetError:
            count = 0
        typer.echo(f"  {split:10} {count:5}")


def show_coverage(folder: Path | None) -> bool:
    """True when every minimum is reached."""
    rows = coverage(load_dataset(folder))
    for row in rows:
        typer.echo(_line(row))
    return all(row.reached for row in rows)


def _line(row: CoverageRow) -> str:
    verdict = "ok" if row.reached else "LOW" if row.count < row.at_least else "HIGH"
    bound = f"{row.at_least}" if row.at_most is None else f"{row.at_least}-{row.at_most}"
    return f"{verdict:4} {row.name:32} {row.count:5}  of {bound}"
