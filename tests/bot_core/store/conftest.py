from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot_core.store.store import Store, memory_store, open_store
from bot_core.store.tables import metadata
from tests.fakes.postgres import PostgresServer, postgres_server  # noqa: F401

IMPLEMENTATIONS = ["memory", "sqlite", "postgresql"]
DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:  # noqa: F811
    """A database that is migrated once; tests that use it find it empty."""
    url = postgres_server.new_database()
    open_store(url).close()
    return url


@pytest.fixture(params=IMPLEMENTATIONS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Every implementation, empty."""
    opened = memory_store() if request.param == "memory" else open_store(_url(request, tmp_path))
    _emptied(opened)
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An SQL database that is migrated and empty."""
    found = _url(request, tmp_path)
    opened = open_store(found)
    _emptied(opened)
    opened.close()
    return found


@pytest.fixture(params=DATABASES)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An SQL database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'kavak.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()


def _url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'kavak.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def _emptied(opened: Store) -> None:
    if opened.database and not opened.database.is_sqlite:
        names = ", ".join(metadata.tables)
        with opened.database.write() as connection:
            connection.execute(text(f"TRUNCATE {names}"))
