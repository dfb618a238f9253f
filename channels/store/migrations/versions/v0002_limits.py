"""Limits that all processes share, answers that may be given again. Frozen, like every migration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # A flood of one customer is counted at each of its messages.
    op.create_index("ix_whatsapp_inbound_customer_id_received_at", "whatsapp_inbound", ["customer_id", "received_at"])
    op.create_table(
        "whatsapp_rates",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_whatsapp_rates"),
    )
    op.create_table(
        "whatsapp_model_slots",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "number", name="pk_whatsapp_model_slots"),
    )
    op.create_table(
        "whatsapp_cached_answers",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_whatsapp_cached_answers"),
    )
    op.create_index("ix_whatsapp_cached_answers_created_at", "whatsapp_cached_answers", ["created_at"])
