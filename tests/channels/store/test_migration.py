from __future__ import annotations

from bot_core.store.migration import upgrade
from channels.store.store import WHATSAPP, ChannelStore
from channels.store.tables import metadata


def test_the_migrations_build_what_the_tables_say(store: ChannelStore):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.database.read() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": WHATSAPP.version_table,
                "include_name": lambda name, kind, _parents: kind != "table" or name in metadata.tables,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(store: ChannelStore):
    upgrade(store.database, WHATSAPP)
