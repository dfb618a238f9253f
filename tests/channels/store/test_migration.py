from __future__ import annotations

from datetime import UTC, datetime

from bot_core.store.migration import upgrade
from channels.store.store import WHATSAPP, ChannelStore
from channels.store.tables import metadata, opt_outs


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


def test_migrating_again_keeps_what_is_stored(store: ChannelStore):
    with store.database.write() as connection:
        connection.execute(opt_outs.insert().values(matching_key="key", opted_out_at=datetime.now(UTC)))
    upgrade(store.database, WHATSAPP)
    with store.database.read() as connection:
        assert len(connection.execute(opt_outs.select()).all()) == 1
