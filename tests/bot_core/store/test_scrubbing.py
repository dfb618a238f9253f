"""What was erased leaves the database's files too, on both databases; nothing is written anew for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from bot_core.sessions.state import CustomerProfile
from bot_core.store import scrubbing
from bot_core.store.database import Database
from bot_core.store.erasing import Scrubbed
from bot_core.store.scrubbing import scrub, scrub_all
from bot_core.store.store import Store, open_store
from tests.fakes.statistics import stored_bytes

SECRET = "Xóchitl Quetzalcóatl"


@pytest.fixture
def opened(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def database(opened: Store) -> Database:
    assert opened.database
    return opened.database


def know(opened: Store, customer: str, *, name: str = SECRET) -> None:
    opened.profiles.put("workbench", customer, CustomerProfile(name=name))


def holds_secret(database: Database, folder: Path) -> bool:
    return SECRET.encode() in stored_bytes(database, folder)


def written(database: Database, folder: Path) -> object:
    """Changes when tables are written anew, or the log is emptied."""
    if database.is_sqlite:
        return (folder / "kavak.db-wal").read_bytes()
    with database.read() as connection:
        return connection.execute(text("SELECT relname, pg_relation_filenode(oid) FROM pg_class ORDER BY 1")).all()


def test_an_erased_customer_is_in_no_file_any_more(opened: Store, database: Database, tmp_path: Path):
    know(opened, "eva")
    know(opened, "luz", name="Luz")
    assert holds_secret(database, tmp_path)
    assert opened.erasure.erase("workbench", "eva") == 1
    assert opened.erasure.scrub() == Scrubbed()
    assert not holds_secret(database, tmp_path)
    assert b"Luz" in stored_bytes(database, tmp_path)


def test_where_nothing_was_erased_nothing_is_written_anew(opened: Store, database: Database, tmp_path: Path):
    know(opened, "eva")
    assert opened.erasure.erase("workbench", "nobody") == 0
    before = written(database, tmp_path)
    assert opened.erasure.scrub() == Scrubbed()
    assert written(database, tmp_path) == before
    opened.erasure.erase("workbench", "eva")
    opened.erasure.scrub()
    after = written(database, tmp_path)
    assert after != before
    opened.erasure.scrub()
    assert written(database, tmp_path) == after, "once is enough"


def test_what_a_killed_process_erased_is_scrubbed_by_the_next_one(url: str, tmp_path: Path):
    killed = open_store(url)
    know(killed, "eva")
    killed.erasure.erase("workbench", "eva")
    following = open_store(url)
    assert following.database
    assert holds_secret(following.database, tmp_path)
    following.erasure.scrub()
    assert not holds_secret(following.database, tmp_path)
    for opened in (killed, following):
        opened.close()


def test_who_is_erased_while_others_are_scrubbed_comes_next(
    opened: Store, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    know(opened, "eva", name="Eva")
    know(opened, "luz")
    opened.erasure.erase("workbench", "eva")
    name = "_without_log" if database.is_sqlite else "_written_anew"
    work = getattr(scrubbing, name)

    def slowly(*given: object) -> Scrubbed:
        done: Scrubbed = work(*given)
        opened.erasure.erase("workbench", "luz")
        return done

    monkeypatch.setattr(scrubbing, name, slowly)
    scrub(database)
    monkeypatch.undo()
    assert holds_secret(database, tmp_path)
    scrub(database)
    assert not holds_secret(database, tmp_path)


def test_who_reads_since_before_keeps_it_until_the_next_time(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scrubbing, "_READERS_PATIENCE", 0.1)
    opened = open_store(url)
    database = opened.database
    assert database
    if database.is_sqlite:
        event.listen(database.engine, "checkout", _impatient)
    know(opened, "eva")
    with database.engine.connect() as reader:
        if database.is_sqlite:
            reader.exec_driver_sql("SELECT count(*) FROM customer_profiles")
        else:
            reader.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            reader.exec_driver_sql("SELECT count(*) FROM pg_class")
        opened.erasure.erase("workbench", "eva")
        assert not scrub(database).readers_are_gone
        assert holds_secret(database, tmp_path)
    assert scrub(database) == Scrubbed()
    assert not holds_secret(database, tmp_path)
    opened.close()


def _impatient(raw: Any, *_: object) -> None:
    raw.execute("PRAGMA busy_timeout=50")


def test_all_is_written_anew_whatever_an_earlier_version_left(opened: Store, database: Database, tmp_path: Path):
    """Up to 25 November 2026 the workbench erased on SQLite without overwriting."""
    know(opened, "eva")
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw
        if database.is_sqlite:
            raw.execute("PRAGMA secure_delete=OFF")
        raw.execute("DELETE FROM customer_profiles")
        raw.commit()
        if database.is_sqlite:
            raw.execute("PRAGMA secure_delete=ON")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert holds_secret(database, tmp_path)
    assert scrub_all(database) == Scrubbed()
    assert not holds_secret(database, tmp_path)
