"""A file of an older version is brought up to date by the steps that it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot_core.errors import StoreError
from workbench.storage.steps import STEPS

if TYPE_CHECKING:
    import duckdb


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply, in one transaction, the steps that the file does not have. Raises StoreError for a newer file."""
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL)")
    applied = [row[0] for row in connection.execute("SELECT name FROM migrations").fetchall()]
    known = [name for name, _ in STEPS]
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise StoreError(f"the database holds a step of a newer version ({unknown[0]})", hint="update the workbench")
    connection.execute("BEGIN")
    try:
        for name, statements in STEPS:
            if name not in applied:
                connection.execute(statements)
                connection.execute("INSERT INTO migrations VALUES (?)", [name])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
