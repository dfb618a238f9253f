"""The channel's first tables. Frozen: later changes are migrations of their own, so nothing of ours is imported."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0001"
down_revision = None

_CUSTOMERS = "whatsapp_customers"


def upgrade() -> None:
    _people()
    _inbound()
    _outbound()
    _rest()


def _people() -> None:
    op.create_table(
        _CUSTOMERS,
        _text("customer_id", 64),
        _text("matching_key", 64),
        _text("sealed"),
        _text("conversation_id", 128, nullable=True),
        _number("last_inbound"),
        _number("last_outbound"),
        _time("last_inbound_at"),
        _time("noticed_at", nullable=True),
        _text("lease_owner", 128, nullable=True),
        _time("lease_until", nullable=True),
        _number("fence"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("customer_id", name=f"pk_{_CUSTOMERS}"),
    )
    _index(_CUSTOMERS, "matching_key")
    _index(_CUSTOMERS, "last_inbound_at")
    op.create_table(
        "whatsapp_opt_outs",
        _text("matching_key", 64),
        _time("opted_out_at"),
        sa.PrimaryKeyConstraint("matching_key", name="pk_whatsapp_opt_outs"),
    )
    op.create_table(
        "whatsapp_hand_offs",
        _text("hand_off_id", 64),
        _text("customer_id", 64),
        _text("who", 128),
        _text("reason", 256),
        _time("since"),
        _time("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("hand_off_id", name="pk_whatsapp_hand_offs"),
        _of_customer("whatsapp_hand_offs"),
    )
    _index("whatsapp_hand_offs", "customer_id", "ended_at")


def _inbound() -> None:
    op.create_table(
        "whatsapp_inbound",
        _text("message_sid", 34),
        _text("customer_id", 64),
        _number("position"),
        _text("sealed"),
        _text("state", 16),
        _text("reason", 64),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        _text("tracking_id", 128, nullable=True),
        _number("attempts"),
        _time("received_at"),
        sa.PrimaryKeyConstraint("message_sid", name="pk_whatsapp_inbound"),
        sa.UniqueConstraint("customer_id", "position", name="uq_whatsapp_inbound_customer_id_position"),
        _of_customer("whatsapp_inbound"),
    )
    _index("whatsapp_inbound", "state", "received_at")
    _index("whatsapp_inbound", "tracking_id")
    op.create_table(
        "whatsapp_open_turns",
        _text("customer_id", 64),
        _text("tracking_id", 128),
        _number("generation"),
        _number("last_position"),
        _text("release_id", 128),
        _text("sealed"),
        _time("started_at"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_whatsapp_open_turns"),
        _of_customer("whatsapp_open_turns"),
    )
    op.create_table(
        "whatsapp_model_calls",
        _text("tracking_id", 128),
        _text("request_hash", 64),
        _text("sealed"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("tracking_id", "request_hash", name="pk_whatsapp_model_calls"),
    )


def _outbound() -> None:
    op.create_table(
        "whatsapp_outbox",
        _text("outbox_id", 64),
        _text("customer_id", 64),
        _number("position"),
        _text("tracking_id", 128, nullable=True),
        _text("kind", 16),
        _text("sealed"),
        _text("state", 16),
        _text("error", 64),
        _text("allowed", 16),
        _text("message_sid", 34, nullable=True),
        _text("delivery", 16),
        _number("attempts"),
        _number("lookups"),
        _time("attempted_at", nullable=True),
        _time("due_at"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_whatsapp_outbox"),
        sa.UniqueConstraint("customer_id", "position", name="uq_whatsapp_outbox_customer_id_position"),
        sa.UniqueConstraint("message_sid", name="uq_whatsapp_outbox_message_sid"),
        _of_customer("whatsapp_outbox"),
    )
    _index("whatsapp_outbox", "state", "due_at")
    _index("whatsapp_outbox", "tracking_id")
    op.create_table(
        "whatsapp_deliveries",
        _text("message_sid", 34),
        _text("status", 16),
        _text("error_code", 8),
        _text("outbox_id", 64, nullable=True),
        _time("received_at"),
        sa.PrimaryKeyConstraint("message_sid", "status", "error_code", name="pk_whatsapp_deliveries"),
    )
    _index("whatsapp_deliveries", "outbox_id")
    _index("whatsapp_deliveries", "received_at")


def _rest() -> None:
    op.create_table(
        "whatsapp_tombstones",
        _text("sid_hash", 64),
        _time("erased_at"),
        sa.PrimaryKeyConstraint("sid_hash", name="pk_whatsapp_tombstones"),
    )
    op.create_table(
        "whatsapp_workers",
        _text("executor_id", 128),
        _text("version", 64),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("executor_id", name="pk_whatsapp_workers"),
    )


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=nullable)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_customer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["customer_id"], [f"{_CUSTOMERS}.customer_id"], name=f"fk_{table}_customer_id")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
