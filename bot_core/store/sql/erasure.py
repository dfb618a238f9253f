"""A customer's rows out of the database."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot_core.store import tables
from bot_core.store.database import Database
from bot_core.store.erasing import Scrubbed
from bot_core.store.scrubbing import note_erased, scrub

CUSTOMER_TABLES = (
    tables.conversations,
    tables.turns,
    tables.customer_profiles,
    tables.leads,
    tables.feedback,
    tables.annotation_versions,
)
"""Those of the store that hold rows of customers."""


class SqlCustomerErasure:
    def __init__(self, database: Database) -> None:
        self._database = database

    def erase(self, channel: str, customer_key: str) -> int:
        talks, turns, profiles = tables.conversations.c, tables.turns.c, tables.customer_profiles.c
        with self._database.write() as connection:
            found = list(
                connection.scalars(
                    select(talks.conversation_id).where(talks.channel == channel, talks.customer_key == customer_key)
                )
            )
            theirs = select(turns.tracking_id).where(turns.conversation_id.in_(found))
            # Children before parents, as foreign keys want it.
            conditions = (
                (tables.annotation_versions, tables.annotation_versions.c.conversation_id.in_(found)),
                (tables.feedback, tables.feedback.c.tracking_id.in_(theirs)),
                (tables.leads, tables.leads.c.conversation_id.in_(found)),
                (tables.turns, turns.conversation_id.in_(found)),
                (tables.conversations, talks.conversation_id.in_(found)),
                (tables.customer_profiles, (profiles.channel == channel) & (profiles.customer_key == customer_key)),
            )
            gone = sum(connection.execute(delete(table).where(condition)).rowcount for table, condition in conditions)
            if gone:
                note_erased(connection, CUSTOMER_TABLES)
        return gone

    def scrub(self) -> Scrubbed:
        return scrub(self._database)
