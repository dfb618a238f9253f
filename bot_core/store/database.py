"""One database: SQLite in a file (WAL) or PostgreSQL, chosen by the URL.

Foreign errors are translated here, at the door: nothing of SQLAlchemy leaves the store.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from bot_core.errors import ConfigurationError, Conflict, StoreError
from bot_core.store.sealing import Cipher, OpenText
from bot_core.store.tables import put_cipher

BUSY_TIMEOUT_MS = 15_000
"""How long a SQLite writer waits for another one."""
_WRITES = "kavak_writes"
_PRAGMAS = (
    # First of all: the others may have to wait too.
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode=WAL",
    # With WAL a crash of the process loses nothing, a power cut at most the last commits.
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    # What is erased or replaced leaves no bytes in the file.
    "PRAGMA secure_delete=ON",
)


class Database:
    """Transactions on one engine. A `write` inside a `write` of the same database joins it: several repositories, the
    channel's included, can commit together."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._current: ContextVar[Connection | None] = ContextVar("connection", default=None)
        self._writer = threading.Lock()
        self.write_wait_seconds = BUSY_TIMEOUT_MS / 1000
        """How long a SQLite writer waits for others of this process."""

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection on which nothing is changed; the current transaction's own when there is one."""
        current = self._current.get()
        with translated(self.engine.url):
            if current is not None:
                yield current
                return
            with self.engine.connect() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end, undone by any error. Raises Conflict for a broken unique or foreign key,
        StoreError for any other fault of the database."""
        current = self._current.get()
        with translated(self.engine.url):
            if current is not None:
                yield current
                return
            with self._turn(), self._transaction() as connection:
                token = self._current.set(connection)
                try:
                    yield connection
                finally:
                    self._current.reset(token)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer at a time, and who meets another sleeps for up to 0.1 s: writers of one process queue
        here instead, where the next one goes on at once."""
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=self.write_wait_seconds):
            raise StoreError(f"{self.engine.url.database}: others have been writing for {self.write_wait_seconds:g} s")
        try:
            yield
        finally:
            self._writer.release()


def open_database(url: str, cipher: Cipher | None = None) -> Database:
    """Connects lazily; `cipher` seals the columns that hold personal data. Raises ConfigurationError for a URL that
    names no SQLite file and no PostgreSQL database."""
    parsed = _parsed(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = _sqlite(parsed) if is_sqlite else create_engine(parsed, pool_pre_ping=True, pool_size=5, max_overflow=20)
    put_cipher(engine.dialect, cipher or OpenText())
    return Database(engine)


def _parsed(url: str) -> URL:
    hint = "for example sqlite:///var/kavak.db or postgresql://user@host/name"
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
        backend = parsed.get_backend_name()
    except ArgumentError as error:
        raise ConfigurationError("KAVAK_DATABASE_URL: not a database URL", hint=hint) from error
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigurationError(f"KAVAK_DATABASE_URL: {backend} is not supported", hint=hint)
    if parsed.database in (None, "", ":memory:"):
        raise ConfigurationError("KAVAK_DATABASE_URL: SQLite needs a file", hint=hint)
    return parsed


def _sqlite(url: URL) -> Engine:
    assert url.database
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{url.database}: the folder cannot be made: {error.strerror}") from error
    engine = create_engine(url, pool_size=5, max_overflow=20)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # The driver would begin by itself, and only before a change: a transaction that reads first could not take the
    # write lock later. So it is told to leave that to `_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def translated(url: URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"the row clashes with a stored one: {_first_line(error)}") from error
    except SQLAlchemyError as error:
        where = url.render_as_string(hide_password=True)
        raise StoreError(f"{where}: {_first_line(error)}", hint="is it running, and may we write there?") from error


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n", maxsplit=1)[0]
