"""`workbench.duckdb` has one owner, this process: a thread keeps it up to date with the experiments' files."""

from __future__ import annotations

import logging
import threading

from bot_core.errors import KavakBotError
from bot_core.settings import Settings
from workbench.evaluation.findings.filing import verdicts_of
from workbench.storage.database import database_path, open_database
from workbench.storage.experiment_files import DamagedExperiment, ExperimentFiles
from workbench.storage.rebuild import take_in

_log = logging.getLogger(__name__)
_SECONDS = 30.0


class Archive:
    """Takes finished runs in, now and then. A fault is logged and tried again: the files hold everything."""

    def __init__(self, settings: Settings, files: ExperimentFiles, *, seconds: float = _SECONDS) -> None:
        self._path = database_path(settings)
        self._files = files
        self._seconds = seconds
        self._told: set[DamagedExperiment] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="archive", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._over.wait(self._seconds):
            if not any(self._files.list(1)):
                continue  # nothing yet: no file, no memory
            try:
                self._take_in()
            except KavakBotError as error:
                _log.warning("workbench.duckdb is not up to date: %s", error)

    def _take_in(self) -> None:
        """Opened for as long as it takes: whoever asks by SQL at another moment may open the file too."""
        database = open_database(self._path)
        try:
            take_in(database, self._files, left_out=self._tell_once, verdicts=verdicts_of)
        finally:
            database.close()

    def _tell_once(self, damaged: DamagedExperiment) -> None:
        if damaged not in self._told:
            self._told.add(damaged)
            _log.warning("workbench.duckdb is without %s: %s", damaged.experiment_id, damaged.problem)
