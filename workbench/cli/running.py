"""`run`, `resume`, `pause`, `cancel` and `list`: experiments from the command line."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def resume(
    experiment: Annotated[str, typer.Argument(help="Id of an experiment, as `list` shows it.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Go on with an experiment that was paused, killed or out of money; what was paid is not paid again."""
    from bot_core.settings import load_settings
    from workbench.evaluation.experiments.running import run_experiment
    from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

    del quiet
    settings = load_settings()
    folder = ExperimentFiles(experiments_folder(settings)).open(experiment)
    asyncio.run(run_experiment(folder, settings))
