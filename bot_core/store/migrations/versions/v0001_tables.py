"""The first tables. Frozen: later changes are migrations of their own, so nothing of bot_core is imported here."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0001"
down_revision = None


def upgrade() -> None:
    _conversations()
    _customers()
    _releases()
    _work()


def _conversations() -> None:
    op.create_table(
        "conversations",
        _key("conversation_id"),
        _text("channel", 32),
        _text("customer_key", 256),
        _text("release_id", 128),
        _text("state"),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversations"),
    )
    _index("conversations", "updated_at", "conversation_id")
    _index("conversations", "channel", "customer_key", "updated_at")
    op.create_table(
        "turns",
        _key("tracking_id"),
        _key("conversation_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("messages"),
        _text("reply"),
        _text("trace"),
        _text("release_id", 128),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(20, 10).with_variant(sa.String(32), "sqlite"), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("used_fallback", sa.Boolean(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("tracking_id", name="pk_turns"),
        sa.UniqueConstraint("conversation_id", "position", name="uq_turns_conversation_id_position"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.conversation_id"], name="fk_turns_conversation_id"
        ),
    )
    _index("turns", "created_at")


def _customers() -> None:
    op.create_table(
        "customer_profiles",
        _text("channel", 32),
        _text("customer_key", 256),
        _text("profile"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("channel", "customer_key", name="pk_customer_profiles"),
    )
    op.create_table(
        "feedback",
        _key("tracking_id"),
        _text("source", 64),
        _text("value", 8),
        _text("comment"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("tracking_id", "source", name="pk_feedback"),
        sa.ForeignKeyConstraint(["tracking_id"], ["turns.tracking_id"], name="fk_feedback_tracking_id"),
    )
    _index("feedback", "created_at")


def _releases() -> None:
    op.create_table(
        "prompt_versions",
        _key("prompt_id"),
        _text("agent", 64),
        _text("content_hash", 64),
        _text("template"),
        _text("created_by", 128),
        _time("created_at"),
        sa.PrimaryKeyConstraint("prompt_id", name="pk_prompt_versions"),
    )
    for name in ("ai_models", "agent_definitions"):
        op.create_table(
            name,
            _key("name"),
            _text("document"),
            _time("updated_at"),
            sa.PrimaryKeyConstraint("name", name=f"pk_{name}"),
        )
    op.create_table(
        "releases",
        _key("release_id"),
        _text("release"),
        _text("created_by", 128),
        _time("created_at"),
        sa.PrimaryKeyConstraint("release_id", name="pk_releases"),
    )
    op.create_table(
        "release_history",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _text("action", 16),
        _text("release_id", 128),
        _text("who", 128),
        _text("reason"),
        _text("evidence"),
        _time("at"),
        sa.PrimaryKeyConstraint("position", name="pk_release_history"),
    )


def _work() -> None:
    op.create_table(
        "leads",
        _text("reference", 32),
        _key("tracking_id"),
        _text("kind", 32),
        _key("conversation_id"),
        _text("lead"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("reference", name="pk_leads"),
        sa.UniqueConstraint("tracking_id", "kind", name="uq_leads_tracking_id_kind"),
    )
    _index("leads", "created_at")
    op.create_table(
        "jobs",
        _key("job_id"),
        _text("kind", 64),
        _text("payload"),
        _text("status", 16),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("job_id", name="pk_jobs"),
    )
    _index("jobs", "kind", "status", "created_at")


def _key(name: str) -> sa.Column[Any]:
    return _text(name, 128)


def _text(name: str, length: int | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
