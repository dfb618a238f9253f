"""What PostgreSQL copies out of the tables for its planner, and what the database's files hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, String, Text, insert, inspect, text

from bot_core.store.database import Database
from bot_core.store.migration import Migrations
from bot_core.store.tables import Sealed, Usd, UtcTime

SECRET = "me llamo Zacarías"


def upgrade_to(database: Database, migrations: Migrations, revision: str) -> None:
    """To an earlier version's schema."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.location))
    with database.write() as connection:
        config.attributes |= {"connection": connection, "migrations": migrations}
        command.upgrade(config, revision)


def free_texts(metadata: MetaData) -> set[tuple[str, str]]:
    """Table and column of those without a length: what people and models wrote."""
    columns = ((table.name, column) for table in metadata.sorted_tables for column in table.columns)
    return {(table, column.name) for table, column in columns if isinstance(column.type, Text | Sealed)}


def sampled(database: Database, metadata: MetaData) -> set[tuple[str, str]]:
    """Table and column of those that hold texts or bytes, and whose values ANALYZE may keep."""
    statement = text(
        "SELECT attrelid::regclass::text, attname FROM pg_attribute "
        "JOIN pg_type ON pg_type.oid = atttypid "
        "WHERE attrelid = ANY(CAST(:names AS regclass[])) AND attnum > 0 AND NOT attisdropped "
        "AND (typcategory IN ('S', 'A', 'C') OR typname IN ('bytea', 'json', 'jsonb', 'xml')) "
        "AND coalesce(attstattarget, -1) <> 0"
    )
    with database.read() as connection:
        found = connection.execute(statement, {"names": list(metadata.tables)})
        return {(table, column) for table, column in found}


def fill(database: Database, metadata: MetaData, *, ids: set[tuple[str, str]], rows: int = 5) -> None:
    """Rows in every table that there is; texts that are no `ids` hold the SECRET. No foreign key is asked meanwhile."""
    with database.write() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        there = inspect(connection).get_table_names()
        for table in metadata.sorted_tables:
            if table.name not in there:
                continue
            for number in range(rows):
                values = {
                    column.name: _value(column.type, number, is_id=(table.name, column.name) in ids)
                    for column in table.columns
                }
                connection.execute(insert(table).values(values))


def _value(kind: Any, number: int, *, is_id: bool) -> Any:
    if isinstance(kind, UtcTime):
        return datetime(2026, 1, 1 + number, tzinfo=UTC)
    if isinstance(kind, String | Text | Sealed):
        return f"{number}" if is_id else f"{number} {SECRET}"
    return Decimal(number) if isinstance(kind, Usd) else kind.python_type(number)


def analyzed(database: Database) -> str:
    """Every value of our tables that PostgreSQL's statistics hold after an ANALYZE."""
    with autocommit(database) as connection:
        connection.execute(text("ANALYZE"))
        return str(connection.execute(text("SELECT * FROM pg_stats WHERE schemaname = 'public'")).all())


def stored_bytes(database: Database, folder: Path) -> bytes:
    """Of the database's files, while it is open, as a stolen disk would show them: tables, indexes and statistics."""
    if database.is_sqlite:
        return b"".join(path.read_bytes() for path in folder.glob("kavak.db*"))
    ours = "FROM pg_class WHERE relnamespace = 'public'::regnamespace OR relname = 'pg_statistic'"
    files = f"SELECT pg_relation_filepath(oid) {ours}"
    toasts = f"SELECT pg_relation_filepath(nullif(reltoastrelid, 0)) {ours}"
    analyzed(database)
    with autocommit(database) as connection:
        connection.execute(text("CHECKPOINT"))
        data = Path(str(connection.scalar(text("SHOW data_directory"))))
        names = connection.scalars(text(f"{files} UNION {toasts}")).all()
    return b"".join((data / name).read_bytes() for name in names if name)


def autocommit(database: Database) -> Connection:
    return database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
