from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from bot_core.errors import StoreError
from bot_core.store.database import open_database
from bot_core.store.migration import STORE, upgrade
from bot_core.store.store import open_store
from bot_core.store.tables import metadata

ROOT = Path(__file__).resolve().parents[3]


def test_an_empty_database_gets_the_tables_that_the_code_names(fresh_url: str):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = open_database(fresh_url)
    upgrade(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": STORE.version_table})
        assert compare_metadata(context, metadata) == []
        assert {*metadata.tables, STORE.version_table} == set(inspect(connection).get_table_names())
    database.close()


def test_again_it_changes_nothing(fresh_url: str):
    store = open_store(fresh_url)
    created = store.conversations.create(channel="workbench", customer_key="ana", release_id="offline-base")
    store.close()
    again = open_store(fresh_url)
    assert again.conversations.get(created.conversation_id) == created
    again.close()


def test_the_known_head_is_the_last_migration():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(STORE.location))
    assert ScriptDirectory.from_config(config).get_heads() == [STORE.head]


def test_a_newer_database_is_left_alone(fresh_url: str):
    open_store(fresh_url).close()
    database = open_database(fresh_url)
    with database.write() as connection:
        connection.execute(text(f"UPDATE {STORE.version_table} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"another version.*9999.*newer program"):
        upgrade(database)
    database.close()


def test_a_failed_migration_leaves_nothing_behind(fresh_url: str):
    database = open_database(fresh_url)
    with database.write() as connection:
        # In the way of the last table: the ones before it must be undone.
        connection.execute(text("CREATE TABLE jobs (x INTEGER)"))
    with pytest.raises(StoreError, match="jobs"):
        upgrade(database)
    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["jobs"]
    database.close()


def test_processes_that_start_together_migrate_once(fresh_url: str):
    code = f"from bot_core.store.store import open_store; print(len(open_store({fresh_url!r}).jobs.list()))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    ended = [process.communicate(timeout=60) for process in processes]
    assert ended == [("0\n", "")] * 3


def test_a_current_database_opens_without_alembic(url: str):
    code = (
        "import sys; from bot_core.store.store import open_store; "
        f"open_store({url!r}); print('alembic' in sys.modules, 'sqlalchemy.orm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
