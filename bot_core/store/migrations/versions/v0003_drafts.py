"""Prompts in the making."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "prompt_drafts",
        sa.Column("draft_id", sa.String(128), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name="pk_prompt_drafts"),
    )
