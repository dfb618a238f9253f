"""Experiments for the pages: each runs in a process of its own, so that a closed browser or server stops none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from bot_core.errors import UserError
from bot_core.settings import PROJECT_ROOT, Settings
from workbench.evaluation.experiments.estimating import Estimate, estimate
from workbench.evaluation.experiments.reopening import reopen_errors
from workbench.records import CaseResult, ExperimentProgress, ExperimentRecord, ExperimentSpec, RunStatus
from workbench.storage.experiment_files import (
    Control,
    DamagedExperiment,
    ExperimentFiles,
    ExperimentFolder,
    experiments_folder,
)

_OVER = (RunStatus.FINISHED, RunStatus.CANCELLED)


class ExperimentDesk:
    """Any number of experiments at once. Safe for many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.files = ExperimentFiles(experiments_folder(settings))
        self._children: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def start(self, spec: ExperimentSpec, *, experiment_id: str | None = None) -> str:
        """Returns at once with the experiment's id; the same id twice runs it once. Raises StoreError."""
        folder = self.files.create(spec, experiment_id)
        if folder.progress().status is RunStatus.QUEUED and not folder.is_running():
            self._spawn(folder)
        return folder.experiment_id

    def resume(self, experiment_id: str, *, budget_usd: str | None = None) -> None:
        """Go on with one that was paused, killed or out of money. Raises NotFound; UserError when it is over."""
        folder = self.files.open(experiment_id)
        if folder.progress().status in _OVER:
            raise UserError(f"the experiment {experiment_id} is over", hint="start a new one")
        if budget_usd is not None:
            folder.write_spec(ExperimentSpec.model_validate({**folder.spec.model_dump(), "budget_usd": budget_usd}))
        folder.ask(Control.RUN)
        if not folder.is_running():
            self._spawn(folder)

    def retry_errors(self, experiment_id: str) -> None:
        """Play again what ended in an error, also of one that is over. Raises NotFound; UserError when nothing did."""
        folder = self.files.open(experiment_id)
        reopen_errors(folder)
        folder.ask(Control.RUN)
        self._spawn(folder)

    def pause(self, experiment_id: str) -> None:
        """Calls under way are finished and kept. Raises NotFound."""
        self.files.open(experiment_id).ask(Control.PAUSE)

    def cancel(self, experiment_id: str) -> None:
        """As `pause`, for good: what was played becomes a run of its own. Raises NotFound."""
        folder = self.files.open(experiment_id)
        folder.ask(Control.CANCEL)
        if not folder.is_running() and folder.progress().status not in _OVER:
            self._spawn(folder)

    def progress(self, experiment_id: str) -> ExperimentProgress:
        """Raises NotFound."""
        self._reap()
        return self.files.open(experiment_id).progress()

    def record(self, experiment_id: str) -> ExperimentRecord:
        """Raises NotFound."""
        return self.files.open(experiment_id).record()

    def results(self, run_id: str) -> list[CaseResult]:
        """Of a run that is over, or what was played so far. Raises NotFound, StoreError."""
        return [*self.files.of_run(run_id).results(run_id)]

    def estimate(self, spec: ExperimentSpec) -> Estimate:
        """What it will cost and how long it will take. Raises UserError for a wrong name."""
        return estimate(spec, self._settings)

    def list(self, *, limit: int = 30) -> tuple[ExperimentProgress, ...]:
        """Newest first, those under way included."""
        return tuple(folder.progress() for folder in self.files.list(limit))

    def damaged(self, *, limit: int = 30) -> tuple[DamagedExperiment, ...]:
        """What `list` leaves out, because a file of it cannot be read."""
        return self.files.damaged(limit)

    def close(self) -> None:
        """What is under way goes on without us."""
        self._reap()

    def _spawn(self, folder: ExperimentFolder) -> None:
        # Nobody holds the folder: say at once that it is about to go on, the process takes seconds to say so itself.
        progress = folder.progress()
        if progress.status is not RunStatus.QUEUED:
            folder.write_progress(progress.model_copy(update={"status": RunStatus.QUEUED, "problem": None}))
        command = [sys.executable, "-m", "workbench", "resume", folder.experiment_id, "--as-asked"]
        with folder.log.open("ab") as log, self._lock:
            self._children.append(
                subprocess.Popen(  # noqa: S603 - our own command; the id was checked by ExperimentFiles
                    command,
                    cwd=PROJECT_ROOT,
                    env=os.environ | environment(self._settings),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def _reap(self) -> None:
        """Collect processes that have ended."""
        with self._lock:
            self._children = [child for child in self._children if child.poll() is None]


def environment(settings: Settings) -> dict[str, str]:
    """The variables that give another process these settings."""
    values = {
        "KAVAK_DATA_DIR": settings.data_dir,
        "KAVAK_DATABASE_URL": settings.database_url,
        "KAVAK_CATALOG_PATH": settings.catalog_path,
        "KAVAK_KNOWLEDGE_PATH": settings.knowledge_path,
    }
    return {name: str(value) for name, value in values.items() if value is not None}
