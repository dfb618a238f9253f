"""Bytes of erased rows out of the database's files too, not only out of its tables.

Who erases notes in the same transaction which tables are to be scrubbed: nothing is written anew for nothing, and what
a killed process left over is done by the next one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table, delete, inspect, select, text

from bot_core.errors import StoreError
from bot_core.messages import new_id
from bot_core.store.database import Database, translated
from bot_core.store.erasing import Scrubbed
from bot_core.store.sql.rows import insert_or_replace
from bot_core.store.tables import unscrubbed

_READERS_PATIENCE = 20.0
"""Seconds that PostgreSQL's older transactions have to end."""


def note_erased(connection: Connection, tables: Iterable[Table]) -> None:
    """In the transaction that erases: these tables held versions of the rows, and are to be scrubbed."""
    for name in sorted(table.name for table in tables):
        insert_or_replace(connection, unscrubbed, {"table_name": name, "mark": new_id()})


def scrub(database: Database) -> Scrubbed:
    """Take what was erased out of the files; nothing is done when nothing was. PostgreSQL's own log keeps it until that
    is recycled. Raises StoreError.

    On SQLite rows are overwritten when they are deleted; the log that has them still is emptied. On PostgreSQL the
    tables are written anew, one after the other (a plain VACUUM leaves the bytes in its pages): who writes to one
    meanwhile waits. So is the catalogue of its statistics, which held samples of rows.
    """
    marks = _marks(database)
    if not marks:
        return Scrubbed()
    done = _without_log(database, "") if database.is_sqlite else _written_anew(database, marks)
    if done.readers_are_gone:
        _forget(database, marks)
    return done


def scrub_all(database: Database) -> Scrubbed:
    """As `scrub`, but every table, for values that were replaced, and for what earlier versions erased."""
    marks = _marks(database)
    if database.is_sqlite:
        done = _without_log(database, "VACUUM")
    else:
        with translated(database.engine.url):
            names = inspect(database.engine).get_table_names()
        done = _written_anew(database, names)
    if done.readers_are_gone:
        _forget(database, marks)
    return done


def _marks(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {row.table_name: row.mark for row in connection.execute(select(unscrubbed))}


def _forget(database: Database, marks: Mapping[str, str]) -> None:
    """Not those of an erasure that came meanwhile."""
    columns = unscrubbed.c
    with database.write() as connection:
        for name, mark in sorted(marks.items()):
            connection.execute(delete(unscrubbed).where(columns.table_name == name, columns.mark == mark))


def _without_log(database: Database, before: str) -> Scrubbed:
    with translated(database.engine.url), database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.rollback()
        try:
            raw.execute(before)
            kept, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise StoreError(
                f"{database.engine.url.database}: {error}", hint="others write: try again later"
            ) from error
    return Scrubbed(readers_are_gone=not kept)


def _written_anew(database: Database, names: Iterable[str]) -> Scrubbed:
    with (
        translated(database.engine.url),
        database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        are_gone = _older_readers_are_gone(connection)
        quoted = connection.dialect.identifier_preparer.quote
        connection.execute(text(f"VACUUM (FULL, ANALYZE) {', '.join(map(quoted, sorted(names)))}"))
        return Scrubbed(are_gone, _statistics_are_new(connection))


def _older_readers_are_gone(connection: Connection) -> bool:
    """Rows that an older transaction can still see would survive the vacuum: wait for its end, not for ever."""
    now = str(connection.scalar(text("SELECT pg_current_xact_id()::xid::text")))
    older = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND age(backend_xmin) >= age(CAST(:now AS xid))"
    )
    deadline = time.monotonic() + _READERS_PATIENCE
    while connection.scalar(older, {"now": now}):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _statistics_are_new(connection: Connection) -> bool:
    """Who may not do it gets a warning, no error: another file tells that it was done."""
    file = text("SELECT pg_relation_filenode('pg_statistic')")
    before = connection.scalar(file)
    connection.execute(text("VACUUM (FULL) pg_statistic"))
    return bool(connection.scalar(file) != before)
