"""Experiments run here, in a thread of their own: a reload or a closed tab stops nothing, every tab sees the same."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace

from bot_core.errors import NotFound
from bot_core.settings import Settings
from workbench.evaluation.batch import CancelToken
from workbench.evaluation.experiments import ExperimentSpec, Progress, database_path, run_experiment
from workbench.records import CaseResult, ExperimentRecord, Verdict
from workbench.runner.catalogs import CatalogShelf
from workbench.runner.portal import Portal
from workbench.storage.database import WorkbenchDatabase, open_database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VariantProgress:
    name: str
    done: int = 0
    total: int = 0
    passed: int = 0
    failed: int = 0
    """Errors and cases that nothing scored are in `done` alone."""


@dataclass(frozen=True, slots=True)
class Live:
    """An experiment under way, or one of this process that failed before it could be stored."""

    experiment_id: str
    name: str
    variants: tuple[VariantProgress, ...]
    cancelling: bool = False
    problem: BaseException | None = None


@dataclass(slots=True)
class _Running:
    live: Live
    cancel: CancelToken = field(default_factory=CancelToken)


class ExperimentDesk:
    """Any number of experiments at once. Safe for many threads. The database is opened when first needed."""

    def __init__(self, settings: Settings, catalogs: CatalogShelf) -> None:
        self._settings = settings
        self._catalogs = catalogs
        self._portal = Portal()
        self._running: dict[str, _Running] = {}
        self._lock = threading.Lock()
        self._opened: WorkbenchDatabase | None = None

    @property
    def database(self) -> WorkbenchDatabase:
        """Raises StoreError that names the process when another one holds the file."""
        with self._lock:
            if self._opened is None:
                self._opened = open_database(database_path(self._settings))
            return self._opened

    def start(self, experiment_id: str, spec: ExperimentSpec, catalog_id: str | None) -> None:
        """Returns at once; starting the same id twice runs it once. Raises StoreError (see `database`)."""
        database = self.database
        settings = self._settings.model_copy(update={"catalog_path": self._catalogs.get(catalog_id).path})
        variants = tuple(VariantProgress(variant.name) for variant in spec.variants)
        with self._lock:
            if experiment_id in self._running:
                return
            running = self._running[experiment_id] = _Running(Live(experiment_id, spec.name, variants))
        self._portal.submit(self._run(running, spec, settings, database))

    def live(self, experiment_id: str) -> Live | None:
        """None when it is not of this process, or is over: then the database holds it."""
        with self._lock:
            running = self._running.get(experiment_id)
            return running.live if running else None

    def cancel(self, experiment_id: str) -> None:
        """Cases under way are finished and kept, no new one starts."""
        with self._lock:
            running = self._running.get(experiment_id)
            if running:
                running.cancel.cancel()
                running.live = replace(running.live, cancelling=True)

    def past(self, *, limit: int = 30) -> list[ExperimentRecord]:
        """Newest first, those under way included."""
        return self.database.experiments(limit=limit)

    def record(self, experiment_id: str) -> ExperimentRecord | None:
        try:
            return self.database.experiment(experiment_id)
        except NotFound:
            return None

    def results(self, run_id: str) -> list[CaseResult]:
        return self.database.results(run_id)

    def close(self) -> None:
        """What is under way stops; its journal stays, so that the same id goes on from there."""
        self._portal.close()
        if self._opened:
            self._opened.close()

    async def _run(
        self, running: _Running, spec: ExperimentSpec, settings: Settings, database: WorkbenchDatabase
    ) -> None:
        experiment_id = running.live.experiment_id
        try:
            await run_experiment(
                spec,
                settings,
                experiment_id=experiment_id,
                database=database,
                on_progress=lambda progress: self._note(running, progress),
                cancel=running.cancel,
            )
        except Exception as error:  # noqa: BLE001 - shown on the page that asked for it
            _log.warning("experiment %s: %s", experiment_id, error, exc_info=True)
            with self._lock:
                running.live = replace(running.live, problem=error)
            return
        with self._lock:
            del self._running[experiment_id]

    def _note(self, running: _Running, progress: Progress) -> None:
        with self._lock:
            variants = tuple(
                _counted(variant, progress) if variant.name == progress.variant else variant
                for variant in running.live.variants
            )
            running.live = replace(running.live, variants=variants)


def _counted(variant: VariantProgress, progress: Progress) -> VariantProgress:
    verdict = progress.result.verdict
    return replace(
        variant,
        done=progress.done,
        total=progress.total,
        passed=variant.passed + (verdict is Verdict.PASS),
        failed=variant.failed + (verdict is Verdict.FAIL),
    )
