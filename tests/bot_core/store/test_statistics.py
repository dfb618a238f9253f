"""PostgreSQL's statistics hold samples of columns, readable and longer than the rows: no texts of people in them."""

from __future__ import annotations

from bot_core.store.database import open_database
from bot_core.store.migration import STORE, upgrade
from bot_core.store.tables import metadata
from tests.fakes.postgres import PostgresServer
from tests.fakes.statistics import SECRET, analyzed, fill, free_texts, sampled, upgrade_to

_IDS_AND_STATES = {
    "agent_definitions": "name",
    "ai_models": "name",
    "alert_thresholds": "name",
    "annotation_versions": "tracking_id annotator conversation_id",
    "conversations": "conversation_id channel customer_key release_id",
    "customer_profiles": "channel customer_key",
    "jobs": "job_id kind status",
    "leads": "reference tracking_id kind conversation_id",
    "prompt_drafts": "draft_id agent",
    "prompt_versions": "prompt_id agent content_hash created_by",
    "release_history": "action release_id who",
    "releases": "release_id created_by",
    "turns": "tracking_id conversation_id release_id",
    "feedback": "tracking_id source value",
    "unscrubbed": "table_name mark",
}
IDS_AND_STATES = {(table, column) for table, columns in _IDS_AND_STATES.items() for column in columns.split()}


def test_only_ids_and_states_may_be_sampled(postgres_url: str):
    """A new column of texts belongs into a migration like 0004 or, when it tells nothing of a person, into the list."""
    database = open_database(postgres_url)
    found = sampled(database, metadata)
    database.close()
    assert found == IDS_AND_STATES
    assert not found & free_texts(metadata)


def test_what_an_earlier_version_had_sampled_goes_and_does_not_come_again(postgres_server: PostgresServer):
    database = open_database(postgres_server.new_database())
    upgrade_to(database, STORE, "0003")
    fill(database, metadata, ids=IDS_AND_STATES)
    assert SECRET in analyzed(database)
    upgrade(database)
    assert SECRET not in analyzed(database)
    database.close()
