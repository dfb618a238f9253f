"""What moves on a terminal while a command works. All of it on standard error: standard output is for the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from workbench.records import ExperimentProgress

_PAIRS = "pairs"
"""The bar of what the judge compares."""
Show = Callable[[ExperimentProgress], None]


@contextmanager
def experiment_bar(*, hidden: bool = False) -> Iterator[Show]:
    """A bar for each variant, one for the judge's pairs; nothing where nobody looks: in a file, or when `hidden`."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[usd]}"),
    )
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    hidden = hidden or not console.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=hidden) as shown:

        def show(progress: ExperimentProgress) -> None:
            for run in progress.runs:
                if run.run_id not in tasks:
                    tasks[run.run_id] = shown.add_task(run.variant, total=None, usd="")
                usd = f"{run.usd:.4f} USD"
                shown.update(tasks[run.run_id], completed=run.done, total=run.total or None, usd=usd)
            if progress.pairs_total:
                if _PAIRS not in tasks:
                    tasks[_PAIRS] = shown.add_task(_PAIRS, total=progress.pairs_total, usd="")
                shown.update(tasks[_PAIRS], completed=progress.pairs_done)

        yield show


@contextmanager
def working(what: str) -> Iterator[None]:
    """While something takes its time of which nobody knows how much is left."""
    with Console(stderr=True).status(what):
        yield
