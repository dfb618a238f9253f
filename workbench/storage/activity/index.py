"""The tables themselves. In memory only: no second copy of what customers wrote lies in a file, and what the store
erases is gone here too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.storage.activity.rows import (
    LeadRow,
    OpinionRow,
    TurnRow,
    calls_table,
    gaps_table,
    ids_table,
    leads_table,
    opinions_table,
    turns_table,
)

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_TABLES = """
CREATE TABLE turns (
    tracking_id VARCHAR, conversation_id VARCHAR, position INTEGER, channel VARCHAR, customer_key VARCHAR,
    release_id VARCHAR, moment TIMESTAMP, wall TIMESTAMP, seconds DOUBLE, model_seconds DOUBLE, said VARCHAR,
    replied VARCHAR, folded VARCHAR, shown VARCHAR, name VARCHAR, intents VARCHAR[], confidence DOUBLE,
    findings VARCHAR[], gaps VARCHAR[], mood DOUBLE, input_tokens BIGINT, output_tokens BIGINT, usd DOUBLE,
    fallback BOOLEAN, failed BOOLEAN
);
CREATE TABLE calls (
    tracking_id VARCHAR, moment TIMESTAMP, channel VARCHAR, release_id VARCHAR, agent VARCHAR, purpose VARCHAR,
    model VARCHAR, input_tokens BIGINT, output_tokens BIGINT, usd DOUBLE, seconds DOUBLE, fallback BOOLEAN,
    failed_attempts INTEGER
);
CREATE TABLE gaps (tracking_id VARCHAR, moment TIMESTAMP, channel VARCHAR, reason VARCHAR, detail VARCHAR);
CREATE TABLE opinions (tracking_id VARCHAR, source VARCHAR, up BOOLEAN, moment TIMESTAMP);
CREATE TABLE leads (reference VARCHAR, tracking_id VARCHAR, conversation_id VARCHAR, kind VARCHAR, moment TIMESTAMP);
"""
_OF_TURNS = ("turns", "calls", "gaps", "opinions", "leads")


class ActivityIndex:
    """Safe for many threads: each works with a cursor of its own, one writes at a time."""

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect(":memory:", config={"python_enable_replacements": False, "threads": 2})
        self._connection.execute(_TABLES)
        self._local = threading.local()
        self._writing = threading.Lock()

    def close(self) -> None:
        self._connection.close()

    def add_turns(self, rows: Sequence[TurnRow]) -> None:
        """Rows that are not there yet."""
        self._write(lambda cursor: _insert_turns(cursor, rows))

    def put_opinions(self, rows: Sequence[OpinionRow]) -> None:
        """A later opinion of the same source replaces the earlier one."""
        condition = "opinions.tracking_id = incoming.tracking_id AND opinions.source = incoming.source"
        self._write(lambda cursor: _replace(cursor, "opinions", opinions_table(rows), condition))

    def put_leads(self, rows: Sequence[LeadRow]) -> None:
        self._write(lambda cursor: _replace(cursor, "leads", leads_table(rows), "leads.reference = incoming.reference"))

    def forget(self, tracking_ids: Sequence[str]) -> None:
        """Everything of those turns."""

        def erase(cursor: duckdb.DuckDBPyConnection) -> None:
            cursor.register("incoming", ids_table(tracking_ids))
            for table in _OF_TURNS:
                cursor.execute(f"DELETE FROM {table} WHERE tracking_id IN (SELECT tracking_id FROM incoming)")  # noqa: S608
            cursor.unregister("incoming")

        self._write(erase)

    def rows(self, query: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to `query`, read only by convention."""
        return self._cursor().execute(query, values).fetchall()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own: one shared by threads gives wrong rows without an error."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    def _write(self, change: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        cursor = self._cursor()
        with self._writing:
            cursor.execute("BEGIN")
            try:
                change(cursor)
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def _insert_turns(cursor: duckdb.DuckDBPyConnection, rows: Sequence[TurnRow]) -> None:
    for table, incoming in (("turns", turns_table(rows)), ("calls", calls_table(rows)), ("gaps", gaps_table(rows))):
        _insert(cursor, table, incoming)


def _replace(cursor: duckdb.DuckDBPyConnection, table: str, incoming: pa.Table, same: str) -> None:
    cursor.register("incoming", incoming)
    cursor.execute(f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM incoming WHERE {same})")  # noqa: S608
    cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608
    cursor.unregister("incoming")


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, incoming: pa.Table) -> None:
    cursor.register("incoming", incoming)
    cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608 - our own names
    cursor.unregister("incoming")
