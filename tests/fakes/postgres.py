"""A real PostgreSQL server for tests, one for a session.

from tests.fakes.postgres import postgres_server  # noqa: F401 - a session fixture
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.sandbox.postgres import FAST, PostgresServer, postgres_binaries
from channels.sandbox.postgres import postgres_server as started

__all__ = ["PostgresServer", "postgres_server"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    if postgres_binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with started(FAST) as server:
        yield server
