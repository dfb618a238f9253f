"""Annotations of replies, and the limits that raise an alert."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "annotation_versions",
        sa.Column("tracking_id", sa.String(128), nullable=False),
        sa.Column("annotator", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(256), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tracking_id", "annotator", "version", name="pk_annotation_versions"),
    )
    op.create_index("ix_annotation_versions_conversation_id", "annotation_versions", ["conversation_id"])
    op.create_index("ix_annotation_versions_created_at", "annotation_versions", ["created_at"])
    op.create_table(
        "alert_thresholds",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_thresholds"),
    )
