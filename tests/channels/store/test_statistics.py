"""PostgreSQL's statistics hold samples of columns, readable and longer than the rows: no personal data in them, and
scrubbing takes what is left there out of the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.store.database import Database, open_database
from bot_core.store.erasing import Scrubbed
from bot_core.store.migration import upgrade
from bot_core.store.scrubbing import scrub_all
from channels.store.store import WHATSAPP
from channels.store.tables import metadata
from tests.fakes.postgres import PostgresServer, postgres_server  # noqa: F401
from tests.fakes.statistics import SECRET, analyzed, fill, free_texts, sampled, stored_bytes, upgrade_to

_IDS_AND_STATES = {
    "whatsapp_cached_answers": "key",
    "whatsapp_customers": "customer_id matching_key conversation_id lease_owner",
    "whatsapp_deliveries": "status error_code outbox_id",
    "whatsapp_model_calls": "tracking_id request_hash",
    "whatsapp_model_slots": "name holder",
    "whatsapp_opt_outs": "matching_key",
    "whatsapp_rates": "name",
    "whatsapp_tombstones": "sid_hash",
    "whatsapp_workers": "executor_id version",
    "whatsapp_hand_offs": "hand_off_id customer_id",
    "whatsapp_inbound": "customer_id state reason tracking_id",
    "whatsapp_open_turns": "customer_id tracking_id release_id",
    "whatsapp_outbox": "outbox_id customer_id tracking_id kind state error allowed delivery",
}
IDS_AND_STATES = {(table, column) for table, columns in _IDS_AND_STATES.items() for column in columns.split()}


@pytest.fixture
def earlier(postgres_server: PostgresServer) -> Iterator[Database]:  # noqa: F811
    """As the version before left it, after an ANALYZE."""
    database = open_database(postgres_server.new_database())
    upgrade(database)
    upgrade_to(database, WHATSAPP, "0002")
    fill(database, metadata, ids=IDS_AND_STATES)
    assert SECRET in analyzed(database)
    yield database
    database.close()


def test_only_ids_and_states_may_be_sampled(earlier: Database):
    """A new column of texts belongs into a migration like 0003 or, when it tells nothing of a person, into the list."""
    upgrade(earlier, WHATSAPP)
    found = sampled(earlier, metadata)
    assert found == IDS_AND_STATES
    assert not found & free_texts(metadata)


def test_what_an_earlier_version_had_sampled_goes_and_does_not_come_again(earlier: Database):
    upgrade(earlier, WHATSAPP)
    assert SECRET not in analyzed(earlier)


def test_the_bytes_of_former_statistics_go_too(earlier: Database, tmp_path: Path):
    upgrade(earlier, WHATSAPP)
    with earlier.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    assert SECRET.encode() in stored_bytes(earlier, tmp_path)
    assert scrub_all(earlier) == Scrubbed(readers_are_gone=True, statistics_are_new=True)
    assert SECRET.encode() not in stored_bytes(earlier, tmp_path)


def test_who_does_not_own_the_database_is_told_that_the_statistics_stay(
    postgres_server: PostgresServer,  # noqa: F811
):
    owned = open_database(postgres_server.new_database())
    with owned.write() as connection:
        connection.exec_driver_sql("CREATE ROLE guest LOGIN")
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO guest")
    guest = open_database(owned.engine.url.set(username="guest").render_as_string(hide_password=False))
    upgrade(guest)
    upgrade(guest, WHATSAPP)
    assert scrub_all(guest) == Scrubbed(readers_are_gone=True, statistics_are_new=False)
    for database in (guest, owned):
        database.close()
