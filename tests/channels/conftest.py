from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot_core.settings import Settings
from bot_core.store.tables import metadata as core_tables
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore, open_channel_store
from channels.store.tables import metadata
from tests.fakes.postgres import PostgresServer, postgres_server  # noqa: F401
from tests.fakes.webhooks import ACCOUNT, OURS, PUBLIC_URL, TOKEN

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture
def settings() -> ChannelSettings:
    return ChannelSettings(
        _env_file=None,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        senders=(OURS,),
        public_url=PUBLIC_URL,
        hash_key="a key for tests",
        quiet_seconds=0,
        longest_wait_seconds=0,
        retry_seconds=0.01,
        settle_seconds=0.01,
        part_gap_seconds=0,
        sender_per_minute=1000,
        sends_per_second=10_000,
    )


@pytest.fixture(scope="session")
def whatsapp_url(postgres_server: PostgresServer) -> str:  # noqa: F811
    """A PostgreSQL database that is migrated once; tests that use it find it empty."""
    return postgres_server.new_database()


@pytest.fixture(params=DATABASES)
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """bot_core's settings on each of the two databases."""
    if request.param == "sqlite":
        return Settings(_env_file=None, data_dir=tmp_path, data_key="")
    url: str = request.getfixturevalue("whatsapp_url")
    return Settings(_env_file=None, data_dir=tmp_path, database_url=url, data_key="")


@pytest.fixture
def store(core: Settings, settings: ChannelSettings) -> Iterator[ChannelStore]:
    opened = open_channel_store(settings, core)
    if not opened.database.is_sqlite:
        names = ", ".join([*metadata.tables, *core_tables.tables])
        with opened.database.write() as connection:
            connection.execute(text(f"TRUNCATE {names}"))
    yield opened
    opened.close()
