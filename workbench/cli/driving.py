"""An experiment in this process, with a progress bar; Ctrl-C pauses it."""

from __future__ import annotations

import asyncio
import gc
import signal
from dataclasses import dataclass

from bot_core.errors import ModelNotConfigured, UserError
from bot_core.llm.call_process.gateway import ProcessGateway
from bot_core.llm.call_process.process import CallProcess
from bot_core.settings import load_settings
from workbench.cli.bars import Show, experiment_bar
from workbench.cli.exit_codes import ExitCode
from workbench.cli.telling import tell_estimate
from workbench.evaluation.experiments.estimating import Estimate, estimate
from workbench.evaluation.experiments.preparing import Wiring
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentProgress, ExperimentSpec, RunStatus
from workbench.storage.experiment_files import Control, ExperimentFiles, ExperimentFolder, experiments_folder

_EXIT_CODES = {
    RunStatus.FINISHED: ExitCode.DONE,
    RunStatus.OVER_BUDGET: ExitCode.OVER_BUDGET,
    RunStatus.PAUSED: ExitCode.STOPPED,
    RunStatus.CANCELLED: ExitCode.STOPPED,
}


@dataclass(frozen=True, slots=True)
class PlayedExperiment:
    """A new experiment, as far as it came."""

    folder: ExperimentFolder
    cost: Estimate
    """Of before."""
    progress: ExperimentProgress


def play(spec: ExperimentSpec, *, quiet: bool, calls: CallProcess | None = None) -> PlayedExperiment:
    """Say what it will cost and run it, with a bar. Raises UserError for a wrong name or file, ModelNotConfigured for a
    missing key, and leaves nothing then."""
    settings = load_settings()
    cost = estimate(spec, settings)
    if not quiet:
        tell_estimate(cost, spec.budget_usd)
    folder = ExperimentFiles(experiments_folder(settings)).create(spec)
    try:
        progress = drive(folder, bar=not quiet, calls=calls)
    except (UserError, ModelNotConfigured):
        if not folder.record().runs:
            folder.discard()
        raise
    return PlayedExperiment(folder, cost, progress)


def drive(folder: ExperimentFolder, *, bar: bool, calls: CallProcess | None = None) -> ExperimentProgress:
    """Run it to its end, or until it is paused; whatever `run_experiment` raises.

    Models are asked in a process of their own, in `calls` where the caller has started it.
    """
    # What was imported stays: see __main__.
    gc.freeze()
    try:
        with calls or CallProcess() as process, experiment_bar(hidden=not bar) as show:
            return asyncio.run(_run(folder, show, process))
    except asyncio.CancelledError:
        # The second Ctrl-C: what had come to its end is kept.
        return folder.progress()
    finally:
        # The process is about to end: nothing is worth looking through once more.
        gc.freeze()


def exit_code(progress: ExperimentProgress) -> ExitCode:
    """Of a command that ran an experiment."""
    return _EXIT_CODES.get(progress.status, ExitCode.INFRASTRUCTURE)


async def _run(folder: ExperimentFolder, show: Show, process: CallProcess) -> ExperimentProgress:
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
    models = ProcessGateway(process)
    try:
        return await run_experiment(folder, load_settings(), on_progress=show, wiring=Wiring(remote=models))
    finally:
        await models.close()
