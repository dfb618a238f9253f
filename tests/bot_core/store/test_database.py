from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from bot_core.errors import ConfigurationError, Conflict, StoreError
from bot_core.messages import utc_now
from bot_core.store.database import open_database
from bot_core.store.store import open_store
from bot_core.store.tables import feedback, turns
from tests.fakes.turns import finished_turn


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("not a url", "not a database URL"),
        ("nosuch://x/y", "nosuch is not supported"),
        ("mysql://me@host/x", "mysql is not supported"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
    ],
)
def test_a_wrong_url_is_a_persons_mistake(url: str, message: str):
    with pytest.raises(ConfigurationError, match=f"KAVAK_DATABASE_URL: {message}"):
        open_database(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_postgresql_is_reached_through_psycopg_3(scheme: str):
    database = open_database(f"{scheme}://me:secret@host/x")
    assert database.engine.url.drivername == "postgresql+psycopg"


def test_an_unreachable_server_is_named_without_its_password():
    with pytest.raises(StoreError, match=r"postgresql\+psycopg://me:\*\*\*@127\.0\.0\.1:9/x") as caught:
        open_store("postgresql://me:secret@127.0.0.1:9/x")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path):
    (tmp_path / "kavak.db").write_text("not a database, but long enough to look at" * 50)
    with pytest.raises(StoreError, match=r"kavak\.db: file is not a database"):
        open_store(f"sqlite:///{tmp_path / 'kavak.db'}")


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the folder cannot be made"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'kavak.db'}")


def test_sqlite_is_set_up_for_many_processes(tmp_path: Path):
    database = open_store(f"sqlite:///{tmp_path / 'kavak.db'}").database
    assert database is not None
    with database.read() as connection:
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in names}
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 15_000}


def test_foreign_keys_hold(url: str):
    database = open_store(url).database
    assert database is not None
    values = {"tracking_id": "nope", "source": "x", "value": "up", "comment": "", "created_at": utc_now()}
    with pytest.raises(Conflict, match="clashes"), database.write() as connection:
        connection.execute(insert(feedback).values(values))
    database.close()


def test_a_writer_inside_a_writer_joins_it(url: str):
    store = open_store(url)
    database = store.database
    assert database is not None
    with pytest.raises(RuntimeError, match="crash"), database.write():
        inside = store.conversations.create(channel="w", customer_key="a", release_id="r")
        assert store.conversations.get(inside.conversation_id) == inside
        raise RuntimeError("crash")
    assert store.conversations.list().items == ()
    with database.write():
        store.conversations.create(channel="w", customer_key="a", release_id="r")
        store.jobs.add("reply")
    assert (len(store.conversations.list().items), len(store.jobs.list())) == (1, 1)
    store.close()


def test_what_a_turn_cost_can_be_summed_in_the_database(url: str):
    store = open_store(url)
    conversation = store.conversations.create(channel="w", customer_key="a", release_id="r")
    for version in range(3):
        turn = finished_turn(conversation.state)
        conversation = store.conversations.append_turn(conversation.conversation_id, [], turn, expected_version=version)
    assert store.database is not None
    with store.database.read() as connection:
        costs = connection.scalars(select(turns.c.cost_usd)).all()
        tokens = connection.scalar(select(func.sum(turns.c.input_tokens + turns.c.output_tokens)))
    assert costs == [Decimal("0.00123")] * 3
    assert tokens == 450
    store.close()


def test_times_are_stored_in_utc(tmp_path: Path):
    path = tmp_path / "kavak.db"
    store = open_store(f"sqlite:///{path}")
    created = store.conversations.create(channel="w", customer_key="a", release_id="r")
    with sqlite3.connect(path) as connection:
        (stored,) = connection.execute("SELECT created_at FROM conversations").fetchone()
    assert stored == f"{created.created_at:%Y-%m-%d %H:%M:%S.%f}"
