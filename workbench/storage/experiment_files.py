"""Experiments live in files: a folder each, written by the one process that runs it and read by everybody.

<experiment_id>/spec.json             what is to be run; never changes, but for the budget
                record.json           the runs, once names and cases are known
                progress.json         how far they are; replaced a few times a second
                control               "run", "pause" or "cancel": what somebody asks of the runner
                lock                  held by the runner while it lives
                log                   what the runner's process printed
                <run_id>.jsonl        results of a run under way
                <run_id>.calls.jsonl  every finished model call of the run
                <run_id>.parquet      the run, when it is over
                <run_id>.attempt-1.parquet  what it was before its errors were played again
                <run_id>.unjudged.jsonl  results of it that wait for the judge only: it is to be asked again
                <run_id>.preferences.…  the same three files of what a judge prefers: the run's conversations or A's
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from bot_core.errors import Damaged, NotFound, StoreError
from bot_core.messages import Frozen, new_id
from bot_core.settings import Settings
from workbench.records import (
    CaseResult,
    ExperimentProgress,
    ExperimentRecord,
    ExperimentSpec,
    RunProgress,
    RunStatus,
)
from workbench.storage.journal import journaled, lines_of
from workbench.storage.locks import is_locked
from workbench.storage.preference_files import PreferenceRecord, read_preferences
from workbench.storage.run_files import read_results

Model = TypeVar("Model", bound=Frozen)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ALIVE = (RunStatus.QUEUED, RunStatus.RUNNING)
_START_SECONDS = 60.0
"""A process that was started has its lock after this time, or never."""


class Control(StrEnum):
    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


def experiments_folder(settings: Settings) -> Path:
    return settings.data_dir / "experiments"


def preferences_id(run_id: str) -> str:
    """Names the files of what a judge prefers: the run's conversations or the first run's."""
    return f"{run_id}.preferences"


def unjudged_id(run_id: str) -> str:
    """Names the journal of the run's conversations that wait for the judge only."""
    return f"{run_id}.unjudged"


class ExperimentFolder:
    """One experiment. Reading is safe at any time, from any process; `write_…` is for the holder of the lock."""

    def __init__(self, path: Path, spec: ExperimentSpec) -> None:
        self.path = path
        self.spec = spec

    @property
    def experiment_id(self) -> str:
        return self.path.name

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def log(self) -> Path:
        return self.path / "log"

    def run_ids(self) -> tuple[str, ...]:
        """One for each variant, in the order A, B, …; also before anything ran."""
        return tuple(f"{self.experiment_id}-{position}" for position in range(1, len(self.spec.variants) + 1))

    def journal_path(self, run_id: str) -> Path:
        return self.path / f"{run_id}.jsonl"

    def calls_path(self, run_id: str) -> Path:
        return self.path / f"{run_id}.calls.jsonl"

    def run_path(self, run_id: str) -> Path:
        return self.path / f"{run_id}.parquet"

    def preferences_path(self, run_id: str) -> Path:
        return self.run_path(preferences_id(run_id))

    def attempts(self, name: str) -> tuple[Path, ...]:
        """Earlier files of a run, or of its preferences, that a newer one supersedes; oldest first."""
        found = self.path.glob(f"{name}.attempt-*.parquet")
        return tuple(sorted(found, key=lambda path: int(path.stem.rpartition("-")[2])))

    def supersede(self, name: str) -> None:
        """The file of a run, or of its preferences, becomes an earlier attempt; nothing for one that is not there."""
        path = self.run_path(name)
        if path.exists():
            path.rename(self.run_path(f"{name}.attempt-{len(self.attempts(name)) + 1}"))

    def written(self) -> tuple[int, ...]:
        """When each finished file was written: it changes once errors were played, or a judge was asked, again."""
        paths = [path(run_id) for run_id in self.run_ids() for path in (self.run_path, self.preferences_path)]
        return tuple(path.stat().st_mtime_ns for path in paths if path.exists())

    def is_running(self) -> bool:
        """A living process holds the experiment."""
        return is_locked(self.lock)

    def progress(self) -> ExperimentProgress:
        """Cheap: one small file. A runner that died makes it INTERRUPTED."""
        written = _read(self.path / "progress.json", ExperimentProgress)
        progress = written or ExperimentProgress(
            experiment_id=self.experiment_id,
            name=self.spec.name,
            status=RunStatus.QUEUED,
            runs=tuple(
                RunProgress(run_id=run_id, variant=variant.name)
                for run_id, variant in zip(self.run_ids(), self.spec.variants, strict=True)
            ),
            budget_usd=self.spec.budget_usd,
        )
        if progress.status in _ALIVE and not self.is_running() and not self._may_be_starting(progress.status):
            return progress.model_copy(
                update={"status": RunStatus.INTERRUPTED, "seconds_left": None, "usd_reserved": Decimal(0)}
            )
        return progress

    def record(self) -> ExperimentRecord:
        """The runs that are known, with the status of now."""
        written = _read(self.path / "record.json", ExperimentRecord)
        status = self.progress().status
        if written:
            return written.model_copy(update={"status": status})
        created = datetime.fromtimestamp((self.path / "spec.json").stat().st_mtime, UTC)
        return ExperimentRecord(
            experiment_id=self.experiment_id,
            name=self.spec.name,
            split=self.spec.split,
            runs=(),
            status=status,
            started_at=created,
        )

    def results(self, run_id: str) -> Iterator[CaseResult]:
        """What was played so far, in the order of the cases when the run is over. Raises NotFound, StoreError."""
        if run_id not in self.run_ids():
            raise NotFound(f"the experiment {self.experiment_id} has no run {run_id}")
        if self.run_path(run_id).exists():
            return read_results(self.run_path(run_id))
        return journaled(self.journal_path(run_id))

    def preferences(self, run_id: str) -> Iterator[PreferenceRecord]:
        """What the judge prefers so far of this run's conversations and the first run's; nothing when nobody asked.

        Raises StoreError.
        """
        path = self.preferences_path(run_id)
        if path.exists():
            return read_preferences(path)
        return lines_of(self.journal_path(preferences_id(run_id)), PreferenceRecord)

    def ask(self, control: Control) -> None:
        """Tell the runner what is wanted; it looks several times a second, and before it starts."""
        _write(self.path / "control", control.value)

    def asked(self) -> Control:
        try:
            return Control((self.path / "control").read_text(encoding="utf-8").strip())
        except (FileNotFoundError, ValueError):
            return Control.RUN

    def write_spec(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        _write(self.path / "spec.json", spec.model_dump_json(indent=1))

    def write_record(self, record: ExperimentRecord) -> None:
        _write(self.path / "record.json", record.model_dump_json())

    def write_progress(self, progress: ExperimentProgress) -> None:
        _write(self.path / "progress.json", progress.model_dump_json())

    def discard(self) -> None:
        """Leave nothing of an experiment that came to no run."""
        shutil.rmtree(self.path)

    def _may_be_starting(self, status: RunStatus) -> bool:
        """Queued a moment ago: the process that will hold the lock is still importing."""
        if status is not RunStatus.QUEUED:
            return False
        touched = max(
            (path.stat().st_mtime for name in ("spec.json", "control") if (path := self.path / name).exists()),
            default=0.0,
        )
        return time.time() - touched < _START_SECONDS


class DamagedExperiment(NamedTuple):
    """One that cannot be shown or resumed as it is."""

    experiment_id: str
    problem: str
    """One line: which file, and what to do."""


class ExperimentFiles:
    """All experiments of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, spec: ExperimentSpec, experiment_id: str | None = None) -> ExperimentFolder:
        """A new experiment, not started; the one that is there when `experiment_id` was created before."""
        experiment_id = experiment_id or new_id()[:12]
        path = self.folder / experiment_id
        if not _ID.fullmatch(experiment_id):
            raise StoreError(f"{experiment_id!r} cannot name an experiment", hint="letters, digits, '_' and '-' only")
        if (path / "spec.json").exists():
            return self.open(experiment_id)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: cannot be created: {error.strerror}") from error
        folder = ExperimentFolder(path, spec)
        folder.write_spec(spec)
        return folder

    def open(self, experiment_id: str) -> ExperimentFolder:
        """Raises NotFound, or StoreError for a folder that is no experiment."""
        path = self.folder / experiment_id
        spec = _read(path / "spec.json", ExperimentSpec) if _ID.fullmatch(experiment_id) else None
        if spec is None:
            raise NotFound(f"no experiment {experiment_id}", hint=f"they are in {self.folder}")
        return ExperimentFolder(path, spec)

    def of_run(self, run_id: str) -> ExperimentFolder:
        """The experiment that `run_id` belongs to. Raises NotFound."""
        return self.open(run_id.rpartition("-")[0])

    def list(self, limit: int = 50) -> tuple[ExperimentFolder, ...]:
        """Newest first; what is `damaged` is left out."""
        return tuple(found for found in self._newest(limit) if isinstance(found, ExperimentFolder))

    def damaged(self, limit: int = 50) -> tuple[DamagedExperiment, ...]:
        """Among the `limit` newest, those of which a small file cannot be read; one of them stops no other."""
        return tuple(found for found in self._newest(limit) if isinstance(found, DamagedExperiment))

    def _newest(self, limit: int) -> Iterator[ExperimentFolder | DamagedExperiment]:
        made = [(path.stat().st_mtime_ns, path.parent.name) for path in self.folder.glob("*/spec.json")]
        for _, name in sorted(made, reverse=True)[:limit]:
            try:
                folder = self.open(name)
                folder.record()
                yield folder
            except StoreError as error:
                yield DamagedExperiment(name, str(error))


def _read(path: Path, kind: type[Model]) -> Model | None:
    """None when the file is not there."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        hint = "damaged, or of another version: put a sound copy of it back, or move its folder away"
        raise Damaged(f"{path}: not a {kind.__name__}", hint=hint) from error


def _write(path: Path, text: str) -> None:
    """Readers see the old or the new text, never half of one."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error
