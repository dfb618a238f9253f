"""The tables of `workbench.duckdb`, as ordered, named steps; a file of an older version is brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot_core.errors import StoreError

if TYPE_CHECKING:
    import duckdb

MIGRATIONS: tuple[tuple[str, str], ...] = (
    (
        "001_experiments",
        """
        CREATE TABLE experiments (
            experiment_id VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            split VARCHAR NOT NULL,
            status VARCHAR NOT NULL,
            started_at TIMESTAMPTZ NOT NULL,
            record VARCHAR NOT NULL
        );
        CREATE TABLE runs (
            run_id VARCHAR NOT NULL,
            experiment_id VARCHAR NOT NULL,
            variant VARCHAR NOT NULL,
            release_id VARCHAR NOT NULL,
            split VARCHAR NOT NULL,
            dataset_digest VARCHAR NOT NULL,
            catalog VARCHAR NOT NULL,
            status VARCHAR NOT NULL,
            started_at TIMESTAMPTZ NOT NULL
        );
        """,
    ),
    (
        "002_results",
        """
        CREATE TABLE results (
            run_id VARCHAR NOT NULL,
            position INTEGER NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            difficulty VARCHAR NOT NULL,
            tags VARCHAR[] NOT NULL,
            verdict VARCHAR NOT NULL,
            seconds DOUBLE NOT NULL,
            input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            record VARCHAR NOT NULL
        );
        CREATE TABLE scores (
            run_id VARCHAR NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            scorer VARCHAR NOT NULL,
            verdict VARCHAR NOT NULL,
            reasons VARCHAR[] NOT NULL
        );
        """,
    ),
)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply, in one transaction, the steps that the file does not have. Raises StoreError for a newer file."""
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL)")
    applied = [row[0] for row in connection.execute("SELECT name FROM migrations").fetchall()]
    known = [name for name, _ in MIGRATIONS]
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise StoreError(f"the database holds a step of a newer version ({unknown[0]})", hint="update the workbench")
    connection.execute("BEGIN")
    try:
        for name, statements in MIGRATIONS:
            if name not in applied:
                connection.execute(statements)
                connection.execute("INSERT INTO migrations VALUES (?)", [name])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
