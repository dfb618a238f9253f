"""Everything about one customer: gathered for them, or erased."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from bot_core.errors import Conflict
from bot_core.messages import utc_now
from bot_core.store import tables as core
from bot_core.store.database import Database
from bot_core.store.scrubbing import note_erased
from bot_core.store.sql.erasure import CUSTOMER_TABLES
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

_TABLES = (*SEALED_TABLES, hand_offs, delivery_events, *CUSTOMER_TABLES)
"""Those that hold, or have held, rows of customers."""


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
            return _message_sids(connection, customer_id)

    def erase(self, customer_id: str, *, known: Collection[str]) -> int:
        """Rows gone. What stays: hashes of the SIDs, so that a replay starts nothing, and an opt-out, under a hash.

        Raises Conflict, and erases nothing, when there is another message than `known`: somebody wrote meanwhile.
        """
        gone = 0
        with self._database.write() as connection:
            # First of all, as for everybody who adds a message: none can come in between.
            connection.execute(
                select(customers.c.fence).where(customers.c.customer_id == customer_id).with_for_update()
            )
            sids = _message_sids(connection, customer_id)
            if not set(sids) <= set(known):
                raise Conflict(f"{customer_id} has written meanwhile")
            for sid in sids:
                stone = {"sid_hash": self._pseudonyms.of("sid", sid), "erased_at": utc_now()}
                insert_or_ignore(connection, tombstones, stone)
            # A worker may be keeping an answer of a model for the open turn: after it, or it keeps nothing.
            theirs = open_turns.c.customer_id == customer_id
            connection.execute(select(open_turns.c.customer_id).where(theirs).with_for_update())
            for table, condition in self._conditions(connection, customer_id):
                gone += connection.execute(delete(table).where(condition)).rowcount
            if gone:
                note_erased(connection, _TABLES)
        return gone

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


def _message_sids(connection: Connection, customer_id: str) -> tuple[str, ...]:
    received = select(inbound_messages.c.message_sid).where(inbound_messages.c.customer_id == customer_id)
    accepted = (outbox.c.customer_id == customer_id) & outbox.c.message_sid.is_not(None)
    sent = connection.scalars(select(outbox.c.message_sid).where(accepted))
    return (*connection.scalars(received), *(sid for sid in sent if sid))
