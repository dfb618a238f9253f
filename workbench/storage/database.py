"""`workbench.duckdb`: everything about experiments, for SQL (docs/sql.md). One process owns the file."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_core.errors import NotFound, StoreError, UserError
from bot_core.settings import Settings
from workbench.records import ExperimentRecord, ExperimentSpec
from workbench.storage.experiment_files import preferences_id
from workbench.storage.ingest import OF_RUN, ingest, ingest_preferences
from workbench.storage.migrations import migrate
from workbench.storage.rows import experiment_row, run_row, variant_row

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_BATCH = 10_000
_PID = re.compile(r"PID (\d+)")
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"python_enable_replacements": False}
_OF_EXPERIMENT = ("comparisons", "preferences", "variants", "runs", "experiments")
_TABLES = (*OF_RUN, *_OF_EXPERIMENT, "prompts", "taken")


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """One metric of one comparison, as the statistics decided it; see docs/sql.md, table comparisons."""

    experiment_id: str
    baseline_run: str
    candidate_run: str
    metric: str
    label: str
    unit: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p_value: float
    adjusted_p: float
    decision: str
    gap: str | None
    conversations: int
    better: int
    worse: int
    more_conversations: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question in SQL gave."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: int
    """How many rows there are; more than `rows` when a limit cut them."""

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def database_path(settings: Settings) -> Path:
    return settings.data_dir / "workbench.duckdb"


def open_database(path: Path) -> WorkbenchDatabase:
    """Open or create the file and bring its tables up to date.

    Raises StoreError that names the file, and the process that holds it when another one does.
    """
    import duckdb

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path), config=_CONFIG)
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


def in_memory() -> WorkbenchDatabase:
    """An empty one that lives as long as this process: for whoever asks while another process owns the file."""
    import duckdb

    connection = duckdb.connect(":memory:", config=_CONFIG)
    migrate(connection)
    return WorkbenchDatabase(connection, Path(":memory:"))


def _in_use(path: Path, error: Exception) -> StoreError:
    holder = _PID.search(str(error))
    if holder is None:
        return StoreError(f"{path}: cannot be opened: {str(error).splitlines()[0]}")
    hint = "one process owns this file: close the other workbench, or set KAVAK_DATA_DIR to another folder"
    return StoreError(f"{path}: process {holder.group(1)} has it open", hint=hint)


class WorkbenchDatabase:
    """Safe for several threads: each works with a cursor of its own. Made by `open_database` or `in_memory`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._local = threading.local()
        self._writing = threading.Lock()

    def close(self) -> None:
        self._connection.close()

    def save_experiment(self, record: ExperimentRecord, spec: ExperimentSpec | None = None) -> None:
        """Write or replace the experiment, its runs and its variants; results and verdicts stay."""
        known = "SELECT 1 FROM experiments WHERE experiment_id = ? AND record = ? AND replay IS NOT NULL"
        if self._cursor().execute(known, [record.experiment_id, record.model_dump_json()]).fetchone():
            return
        with self._transaction() as cursor:
            for table in ("experiments", "runs", "variants"):
                cursor.execute(f"DELETE FROM {table} WHERE experiment_id = ?", [record.experiment_id])  # noqa: S608
            _insert(cursor, "experiments", experiment_row(record, spec))
            for run in record.runs:
                _insert(cursor, "runs", run_row(run))
                _insert(cursor, "variants", variant_row(run))

    def save_run(self, run_id: str, path: Path) -> bool:
        """Take in the run's file, unless this very file is in already. Raises StoreError for a file that is no run."""
        return self._take_in(run_id, path, lambda cursor: ingest(cursor, run_id, path))

    def save_preferences(self, run_id: str, path: Path) -> bool:
        """As `save_run`, for what a judge prefers of the run's conversations."""
        return self._take_in(preferences_id(run_id), path, lambda cursor: ingest_preferences(cursor, path))

    def save_comparisons(self, experiment_id: str, rows: Iterable[StoredComparison]) -> None:
        """Replace the verdicts of the experiment."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM comparisons WHERE experiment_id = ?", [experiment_id])
            names = [field.name for field in fields(StoredComparison)]
            for row in rows:
                _insert(cursor, "comparisons", dict(zip(names, astuple(row), strict=True)))

    def has_comparisons(self, experiment_id: str) -> bool:
        query = "SELECT 1 FROM comparisons WHERE experiment_id = ? LIMIT 1"
        return self._cursor().execute(query, [experiment_id]).fetchone() is not None

    def remove_experiments(self, keep: Collection[str]) -> None:
        """Forget every experiment that is not among `keep`."""
        with self._transaction() as cursor:
            gone = [
                row[0]
                for row in cursor.execute("SELECT experiment_id FROM experiments").fetchall()
                if row[0] not in keep
            ]
            for experiment_id in gone:
                runs = "SELECT run_id FROM runs WHERE experiment_id = ?"
                for table in OF_RUN:
                    cursor.execute(f"DELETE FROM {table} WHERE run_id IN ({runs})", [experiment_id])  # noqa: S608
                # Also the marks of its files of preferences.
                taken = f"DELETE FROM taken WHERE split_part(run_id, '.', 1) IN ({runs})"  # noqa: S608
                cursor.execute(taken, [experiment_id])
                for table in _OF_EXPERIMENT:
                    cursor.execute(f"DELETE FROM {table} WHERE experiment_id = ?", [experiment_id])  # noqa: S608

    def clear(self) -> None:
        """Empty every table; the experiments' files are not touched."""
        with self._transaction() as cursor:
            for table in _TABLES:
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

    def shut_outside(self) -> None:
        """From now on no question can read files or the network; nothing can be taken in any more either."""
        self._connection.execute("SET enable_external_access = false")

    def query(self, sql: str, *, limit: int | None = None) -> Answer:
        """Answer one SELECT, with at most `limit` rows; anything that would write is refused. Raises UserError with
        DuckDB's own words for a fault in it."""
        import duckdb

        cursor = self._cursor()
        try:
            _refuse_all_but_one_select(cursor, sql)
            with _read_only(cursor):
                answer = cursor.execute(sql)
                columns = tuple(column[0] for column in answer.description or ())
                rows = answer.fetchall() if limit is None else answer.fetchmany(limit)
                rest = sum(len(more) for more in iter(lambda: answer.fetchmany(_BATCH), []))
        except duckdb.Error as error:
            raise UserError(
                f"SQL: {' '.join(str(error).split())}", hint="docs/sql.md lists tables and columns"
            ) from error
        return Answer(columns, rows, len(rows) + rest)

    def frame(self, sql: str) -> pd.DataFrame:
        """The same as a pandas table. For our own questions: nothing is refused here."""
        return self._cursor().execute(sql).fetch_df()

    def _take_in(self, name: str, path: Path, take: Callable[[duckdb.DuckDBPyConnection], None]) -> bool:
        """`take` the file, unless it was taken under this name already, as it is now."""
        found = path.stat()
        mark = [name, found.st_size, found.st_mtime_ns]
        known = "SELECT 1 FROM taken WHERE run_id = ? AND size = ? AND modified_ns = ?"
        if self._cursor().execute(known, mark).fetchone():
            return False
        with self._transaction() as cursor:
            take(cursor)
            cursor.execute("DELETE FROM taken WHERE run_id = ?", [name])
            cursor.execute("INSERT INTO taken VALUES (?, ?, ?)", mark)
        return True

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


def _refuse_all_but_one_select(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    """The parser says what a statement is, not its first word. EXPLAIN is refused too: with ANALYZE it runs what it
    explains, and that may be anything."""
    import duckdb

    statements = cursor.extract_statements(sql)
    if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
        raise UserError("SQL: one SELECT is needed, nothing that writes", hint="docs/sql.md has examples")


@contextmanager
def _read_only(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """DuckDB itself refuses what would write, however it was written."""
    cursor.execute("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    places = ", ".join("?" for _ in row)
    cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))  # noqa: S608
