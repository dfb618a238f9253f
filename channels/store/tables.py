"""The channel's tables, in the same database as bot_core's. A change here needs a migration: a test compares the two.

Columns named `sealed` hold personal data: as text, or encrypted when a data key is set. Customers are named by keyed
hashes everywhere else.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from bot_core.store.tables import UtcTime
from bot_core.store.tables import metadata as store_metadata

metadata = MetaData(naming_convention=store_metadata.naming_convention)


def _customer() -> Column[str]:
    return Column("customer_id", String(64), ForeignKey("whatsapp_customers.customer_id"), nullable=False)


customers = Table(
    "whatsapp_customers",
    metadata,
    Column("customer_id", String(64), primary_key=True),
    # The same for both ways to write a Mexican number: consents outlive an erasure under it.
    Column("matching_key", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("conversation_id", String(128), nullable=True),
    Column("last_inbound", Integer, nullable=False),
    Column("last_outbound", Integer, nullable=False),
    Column("last_inbound_at", UtcTime, nullable=False),
    # When Twilio accepted the privacy notice.
    Column("noticed_at", UtcTime, nullable=True),
    # Who works for this customer now. Every change of a turn is made under the fence that its claim drew.
    Column("lease_owner", String(128), nullable=True),
    Column("lease_until", UtcTime, nullable=True),
    Column("fence", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "matching_key"),
    Index(None, "last_inbound_at"),
)

inbound_messages = Table(
    "whatsapp_inbound",
    metadata,
    Column("message_sid", String(34), primary_key=True),
    _customer(),
    Column("position", Integer, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("tracking_id", String(128), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    UniqueConstraint("customer_id", "position"),
    Index(None, "state", "received_at"),
    Index(None, "customer_id", "received_at"),
    Index(None, "tracking_id"),
)

open_turns = Table(
    "whatsapp_open_turns",
    metadata,
    Column("customer_id", String(64), ForeignKey("whatsapp_customers.customer_id"), primary_key=True),
    Column("tracking_id", String(128), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("last_position", Integer, nullable=False),
    Column("release_id", String(128), nullable=False),
    # The finished turn, before it is committed: nothing that was paid for is asked again.
    Column("sealed", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
)

model_calls = Table(
    "whatsapp_model_calls",
    metadata,
    Column("tracking_id", String(128), primary_key=True),
    Column("request_hash", String(64), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

outbox = Table(
    "whatsapp_outbox",
    metadata,
    Column("outbox_id", String(64), primary_key=True),
    _customer(),
    Column("position", Integer, nullable=False),
    Column("tracking_id", String(128), nullable=True),
    Column("kind", String(16), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("error", String(64), nullable=False),
    Column("allowed", String(16), nullable=False),
    Column("message_sid", String(34), nullable=True),
    Column("delivery", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lookups", Integer, nullable=False),
    Column("attempted_at", UtcTime, nullable=True),
    Column("due_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("customer_id", "position"),
    UniqueConstraint("message_sid"),
    Index(None, "state", "due_at"),
    Index(None, "tracking_id"),
)

delivery_events = Table(
    "whatsapp_deliveries",
    metadata,
    Column("message_sid", String(34), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("error_code", String(8), primary_key=True),
    Column("outbox_id", String(64), nullable=True),
    Column("received_at", UtcTime, nullable=False),
    Index(None, "outbox_id"),
    Index(None, "received_at"),
)

tombstones = Table(
    "whatsapp_tombstones",
    metadata,
    Column("sid_hash", String(64), primary_key=True),
    Column("erased_at", UtcTime, nullable=False),
)

opt_outs = Table(
    "whatsapp_opt_outs",
    metadata,
    Column("matching_key", String(64), primary_key=True),
    Column("opted_out_at", UtcTime, nullable=False),
)

hand_offs = Table(
    "whatsapp_hand_offs",
    metadata,
    Column("hand_off_id", String(64), primary_key=True),
    _customer(),
    Column("who", String(128), nullable=False),
    Column("reason", String(256), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("ended_at", UtcTime, nullable=True),
    Index(None, "customer_id", "ended_at"),
)

workers = Table(
    "whatsapp_workers",
    metadata,
    Column("executor_id", String(128), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

rates = Table(
    "whatsapp_rates",
    metadata,
    Column("name", String(128), primary_key=True),
    # When the next one is due if all keep their distance.
    Column("next_at", UtcTime, nullable=False),
)

model_slots = Table(
    "whatsapp_model_slots",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(64), nullable=False),
    Column("held_until", UtcTime, nullable=False),
)

cached_answers = Table(
    "whatsapp_cached_answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "created_at"),
)

SEALED_TABLES = tuple(table for table in metadata.sorted_tables if "sealed" in table.c)
