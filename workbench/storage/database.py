"""`workbench.duckdb`: experiments and their results, for pages and comparisons. One process owns the file."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot_core.errors import NotFound, StoreError
from bot_core.settings import Settings
from workbench.records import CaseResult, ExperimentRecord, RunRecord, Verdict
from workbench.storage.frames import results_frame, scores_frame
from workbench.storage.migrations import migrate

if TYPE_CHECKING:
    import duckdb

_PID = re.compile(r"PID (\d+)")


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One score without its transcript."""

    case_id: str
    trial: int
    scorer: str
    verdict: Verdict
    reasons: tuple[str, ...]


def database_path(settings: Settings) -> Path:
    return settings.data_dir / "workbench.duckdb"


def open_database(path: Path) -> WorkbenchDatabase:
    """Open or create the file and bring its tables up to date.

    Raises StoreError that names the file, and the process that holds it when another one does.
    """
    import duckdb

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path), config={"python_enable_replacements": False})
    except duckdb.IOException as error:
        raise _in_use(path, error) from error
    except (duckdb.Error, OSError) as error:
        raise StoreError(f"{path}: cannot be opened: {str(error).splitlines()[0]}") from error
    try:
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return WorkbenchDatabase(connection, path)


def _in_use(path: Path, error: Exception) -> StoreError:
    holder = _PID.search(str(error))
    if holder is None:
        return StoreError(f"{path}: cannot be opened: {str(error).splitlines()[0]}")
    hint = "one process owns this file: close the other workbench, or set KAVAK_DATA_DIR to another folder"
    return StoreError(f"{path}: process {holder.group(1)} has it open", hint=hint)


class WorkbenchDatabase:
    """Safe for several threads: each works with a cursor of its own. Made by `open_database`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._local = threading.local()
        self._writing = threading.Lock()

    def close(self) -> None:
        self._connection.close()

    def save_experiment(self, record: ExperimentRecord) -> None:
        """Write or replace the experiment and its runs' records."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM experiments WHERE experiment_id = ?", [record.experiment_id])
            cursor.execute(
                "INSERT INTO experiments VALUES (?, ?, ?, ?, ?, ?)",
                [
                    record.experiment_id,
                    record.name,
                    record.split,
                    record.status.value,
                    record.started_at,
                    record.model_dump_json(),
                ],
            )
            for run in record.runs:
                _replace_run(cursor, run)

    def save_results(self, run: RunRecord, results: Sequence[CaseResult]) -> None:
        """Write or replace the results of `run`; doing it twice leaves them once."""
        with self._transaction() as cursor:
            for table in ("results", "scores"):
                cursor.execute(f"DELETE FROM {table} WHERE run_id = ?", [run.run_id])  # noqa: S608
            for table, frame in (
                ("results", results_frame(run.run_id, results)),
                ("scores", scores_frame(run.run_id, results)),
            ):
                cursor.register("incoming", frame)
                cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608
                cursor.unregister("incoming")

    def clear(self) -> None:
        """Empty every table; the runs' files are not touched."""
        with self._transaction() as cursor:
            for table in ("scores", "results", "runs", "experiments"):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608

    def experiments(self, *, limit: int = 50) -> list[ExperimentRecord]:
        """Newest first."""
        query = "SELECT record FROM experiments ORDER BY started_at DESC, experiment_id LIMIT ?"
        rows = self._cursor().execute(query, [limit]).fetchall()
        return [ExperimentRecord.model_validate_json(row[0]) for row in rows]

    def experiment(self, experiment_id: str) -> ExperimentRecord:
        """Raises NotFound."""
        query = "SELECT record FROM experiments WHERE experiment_id = ?"
        row = self._cursor().execute(query, [experiment_id]).fetchone()
        if row is None:
            raise NotFound(f"no experiment {experiment_id}")
        return ExperimentRecord.model_validate_json(row[0])

    def results(self, run_id: str) -> list[CaseResult]:
        """With transcripts and traces, in the order of the cases; none for an unknown run."""
        query = "SELECT record FROM results WHERE run_id = ? ORDER BY position"
        return [CaseResult.model_validate_json(row[0]) for row in self._cursor().execute(query, [run_id]).fetchall()]

    def result(self, run_id: str, case_id: str, *, trial: int = 1) -> CaseResult:
        """Raises NotFound."""
        query = "SELECT record FROM results WHERE run_id = ? AND case_id = ? AND trial = ?"
        row = self._cursor().execute(query, [run_id, case_id, trial]).fetchone()
        if row is None:
            raise NotFound(f"run {run_id} holds no case {case_id}")
        return CaseResult.model_validate_json(row[0])

    def verdicts(self, run_id: str) -> list[VerdictRow]:
        """Every score of a run, ordered by case, trial and scorer."""
        query = """SELECT case_id, trial, scorer, verdict, reasons FROM scores
                   WHERE run_id = ? ORDER BY case_id, trial, scorer"""
        rows = self._cursor().execute(query, [run_id]).fetchall()
        return [
            VerdictRow(case, trial, scorer, Verdict(verdict), tuple(why)) for case, trial, scorer, verdict, why in rows
        ]

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own: one shared by threads gives wrong rows without an error."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing, one writer at a time: DuckDB refuses two that touch the same rows."""
        cursor = self._cursor()
        with self._writing:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def _replace_run(cursor: duckdb.DuckDBPyConnection, run: RunRecord) -> None:
    cursor.execute("DELETE FROM runs WHERE run_id = ?", [run.run_id])
    cursor.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run.run_id,
            run.experiment_id,
            run.variant.name,
            run.variant.release_id,
            run.split,
            run.dataset_digest,
            run.catalog,
            run.status.value,
            run.started_at,
        ],
    )
