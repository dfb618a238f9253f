"""Everything about one customer: gathered for them, or erased."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, select, text

from bot_core.messages import utc_now
from bot_core.store import tables as core
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore
from channels.privacy.keys import Pseudonyms
from channels.store.store import CHANNEL
from channels.store.tables import (
    SEALED_TABLES,
    customers,
    delivery_events,
    hand_offs,
    inbound_messages,
    model_calls,
    open_turns,
    outbox,
    tombstones,
)

_READERS_PATIENCE = 20.0
_VACUUMED = (
    *(table.name for table in (*SEALED_TABLES, hand_offs, delivery_events)),
    *(
        table.name
        for table in (
            core.conversations,
            core.turns,
            core.customer_profiles,
            core.leads,
            core.feedback,
            core.annotation_versions,
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Whether the files hold nothing any more of what was erased or written anew."""

    readers_are_gone: bool
    """Else somebody who reads since before kept it there."""
    statistics_are_new: bool = True
    """Else PostgreSQL let us not write its catalogue anew: that of a database is its owner's."""


class Erasure:
    """Rows of a customer in the channel's tables and in bot_core's."""

    def __init__(self, database: Database, pseudonyms: Pseudonyms) -> None:
        self._database = database
        self._pseudonyms = pseudonyms

    def rows(self, customer_id: str) -> dict[str, list[dict[str, Any]]]:
        """Table → rows as they are stored (sealed columns sealed)."""
        with self._database.read() as connection:
            return {
                table.name: [dict(row._mapping) for row in connection.execute(select(table).where(condition))]
                for table, condition in self._conditions(connection, customer_id)
            }

    def message_sids(self, customer_id: str) -> tuple[str, ...]:
        """Twilio's copies, in both directions."""
        with self._database.read() as connection:
            received = connection.scalars(
                select(inbound_messages.c.message_sid).where(inbound_messages.c.customer_id == customer_id)
            ).all()
            sent = connection.scalars(
                select(outbox.c.message_sid).where(
                    outbox.c.customer_id == customer_id, outbox.c.message_sid.is_not(None)
                )
            ).all()
        return (*received, *(sid for sid in sent if sid))

    def erase(self, customer_id: str) -> int:
        """Rows gone. What stays: hashes of the SIDs, so that a replay starts nothing, and an opt-out, under a hash."""
        sids = self.message_sids(customer_id)
        gone = 0
        with self._database.write() as connection:
            for sid in sids:
                stone = {"sid_hash": self._pseudonyms.of("sid", sid), "erased_at": utc_now()}
                insert_or_ignore(connection, tombstones, stone)
            # A worker may be keeping an answer of a model for the open turn: after it, or it keeps nothing.
            theirs = open_turns.c.customer_id == customer_id
            connection.execute(select(open_turns.c.customer_id).where(theirs).with_for_update())
            for table, condition in self._conditions(connection, customer_id):
                gone += connection.execute(delete(table).where(condition)).rowcount
        return gone

    def scrub(self) -> Scrubbed:
        """Take what was erased or written anew out of the files too. PostgreSQL's own log keeps it until that is
        recycled.

        On PostgreSQL the tables are written anew, one after the other (a plain VACUUM leaves the bytes in its pages):
        who writes to one meanwhile waits. So is the catalogue of its statistics, which held samples of rows.
        """
        if self._database.is_sqlite:
            with self._database.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.rollback()
                kept, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return Scrubbed(not kept)
        with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            are_gone = _older_readers_are_gone(connection)
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {', '.join(_VACUUMED)}"))
            return Scrubbed(are_gone, _statistics_are_new(connection))

    def _conditions(self, connection: Connection, customer_id: str) -> list[tuple[Table, Any]]:
        """Children before parents, as foreign keys want it."""
        conversation_ids = select(core.conversations.c.conversation_id).where(
            core.conversations.c.channel == CHANNEL, core.conversations.c.customer_key == customer_id
        )
        found = list(connection.scalars(conversation_ids))
        tracking_ids = select(core.turns.c.tracking_id).where(core.turns.c.conversation_id.in_(found))
        open_ids = select(open_turns.c.tracking_id).where(open_turns.c.customer_id == customer_id)
        profiles = core.customer_profiles.c
        return [
            (core.annotation_versions, core.annotation_versions.c.conversation_id.in_(found)),
            (core.feedback, core.feedback.c.tracking_id.in_(tracking_ids)),
            (core.leads, core.leads.c.conversation_id.in_(found)),
            (core.turns, core.turns.c.conversation_id.in_(found)),
            (core.conversations, core.conversations.c.conversation_id.in_(found)),
            (core.customer_profiles, (profiles.channel == CHANNEL) & (profiles.customer_key == customer_id)),
            (model_calls, model_calls.c.tracking_id.in_(open_ids)),
            (open_turns, open_turns.c.customer_id == customer_id),
            (
                delivery_events,
                delivery_events.c.message_sid.in_(
                    select(outbox.c.message_sid).where(outbox.c.customer_id == customer_id)
                ),
            ),
            (outbox, outbox.c.customer_id == customer_id),
            (inbound_messages, inbound_messages.c.customer_id == customer_id),
            (hand_offs, hand_offs.c.customer_id == customer_id),
            (customers, customers.c.customer_id == customer_id),
        ]


def _older_readers_are_gone(connection: Connection) -> bool:
    """Rows that an older transaction can still see would survive the vacuum: wait for its end, not for ever."""
    now = str(connection.scalar(text("SELECT pg_current_xact_id()::xid::text")))
    older = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND age(backend_xmin) >= age(CAST(:now AS xid))"
    )
    deadline = time.monotonic() + _READERS_PATIENCE
    while connection.scalar(older, {"now": now}):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _statistics_are_new(connection: Connection) -> bool:
    """Who may not do it gets a warning, no error: another file tells that it was done."""
    file = text("SELECT pg_relation_filenode('pg_statistic')")
    before = connection.scalar(file)
    connection.execute(text("VACUUM (FULL) pg_statistic"))
    return bool(connection.scalar(file) != before)
