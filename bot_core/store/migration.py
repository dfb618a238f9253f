"""Brings a database to the schema of this version. Migrations are ordered, and only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, text

from bot_core.errors import StoreError
from bot_core.store.database import Database
from bot_core.store.tables import metadata

_LOCK = 7_130_221
"""Any number, the same in every process: PostgreSQL's lock while one of them migrates."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """One package's tables; several packages share a database, each with a version table of its own."""

    location: Path
    """A folder with `env.py` and `versions/`."""
    head: str
    """The latest revision, known here so that alembic is not imported to see that there is nothing to do."""
    version_table: str
    metadata: MetaData


STORE = Migrations(
    location=Path(__file__).with_name("migrations"),
    head="0005",
    version_table="store_version",
    metadata=metadata,
)


def upgrade(database: Database, migrations: Migrations = STORE) -> None:
    """To the latest revision, from an empty database or any earlier one; nothing happens when it is there already.
    Several processes may do it at once. Raises StoreError for a database that a newer version has written."""
    with database.read() as connection:
        if _revision(connection, migrations) == migrations.head:
            return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        # Another process may have been faster while this one waited.
        if _revision(connection, migrations) != migrations.head:
            _run(connection, migrations)


def _revision(connection: Connection, migrations: Migrations) -> str | None:
    if not connection.dialect.has_table(connection, migrations.version_table):
        return None
    found = connection.scalar(text(f"SELECT version_num FROM {migrations.version_table}"))  # noqa: S608 - our own name
    return None if found is None else str(found)


def _run(connection: Connection, migrations: Migrations) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(migrations.location).replace("%", "%%"))
    config.attributes |= {"connection": connection, "migrations": migrations}
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"the database is of another version: {error}", hint="use the newer program") from error
