"""An experiment in this process, with a progress bar; Ctrl-C pauses it."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot_core.settings import load_settings
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentProgress
from workbench.storage.experiment_files import Control, ExperimentFolder

_PAIRS = "pairs"
"""The bar of what the judge compares."""
Show = Callable[[ExperimentProgress], None]


def drive(folder: ExperimentFolder, *, bar: bool) -> ExperimentProgress:
    """Run it to its end, or until it is paused; whatever `run_experiment` raises."""
    # What was imported stays: see __main__.
    gc.freeze()
    try:
        with _bar() if bar else _nothing() as show:
            return asyncio.run(_run(folder, show))
    finally:
        # The process is about to end: nothing is worth looking through once more.
        gc.freeze()


async def _run(folder: ExperimentFolder, show: Show) -> ExperimentProgress:
    """The first Ctrl-C lets calls under way end, the second one does not wait for them."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def interrupted() -> None:
        if folder.asked() is Control.RUN:
            folder.ask(Control.PAUSE)
        elif task:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted)
    return await run_experiment(folder, load_settings(), on_progress=show)


@contextmanager
def _nothing() -> Iterator[Show]:
    yield lambda _progress: None


@contextmanager
def _bar() -> Iterator[Show]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[usd]}"))
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as shown:

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
