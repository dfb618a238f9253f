"""The tables of the operational store. A change here needs a migration: a test compares the two.

Documents are JSON in text columns, as the pydantic models write it: what was stored is read back to the byte, NUL
escapes included, which PostgreSQL's own JSON type may refuse.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from bot_core.store.sealing import Cipher

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC on both sides; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Usd(TypeDecorator[Decimal]):
    """US dollars to ten decimals. SQLite has no decimals of its own: there it is text that sums as a number."""

    impl = Numeric(20, 10)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect):  # type: ignore[no-untyped-def] # noqa: ANN201 - the stubs name no type
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else Numeric(20, 10))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | str | None:
        if value is None:
            return None
        exact = value.quantize(Decimal("1e-10"))
        return f"{exact:f}" if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Decimal | str | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Sealed(TypeDecorator[str]):
    """A text that holds what customers wrote or are called: encrypted by the engine's cipher, when it has one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        cipher = cipher_on(dialect)
        return cipher.seal(value) if cipher and value is not None else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        cipher = cipher_on(dialect)
        return cipher.open(value) if cipher and value is not None else value


def put_cipher(dialect: Dialect, cipher: Cipher) -> None:
    """Each engine has a dialect of its own, so each database of a process may have its key."""
    dialect.kavak_cipher = cipher  # type: ignore[attr-defined]


def cipher_on(dialect: Dialect) -> Cipher | None:
    return getattr(dialect, "kavak_cipher", None)


def _id(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, String(128), primary_key=primary_key, nullable=nullable)


def _time(name: str) -> Column[datetime]:
    return Column(name, UtcTime, nullable=False)


conversations = Table(
    "conversations",
    metadata,
    _id("conversation_id", primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("customer_key", String(256), nullable=False),
    _id("release_id"),
    Column("state", Sealed, nullable=False),
    Column("version", Integer, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Index(None, "updated_at", "conversation_id"),
    Index(None, "channel", "customer_key", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    _id("tracking_id", primary_key=True),
    Column("conversation_id", String(128), ForeignKey("conversations.conversation_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("messages", Sealed, nullable=False),
    Column("reply", Sealed, nullable=False),
    Column("trace", Sealed, nullable=False),
    _id("release_id"),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cost_usd", Usd, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("used_fallback", Boolean, nullable=False),
    _time("created_at"),
    UniqueConstraint("conversation_id", "position"),
    Index(None, "created_at"),
)

customer_profiles = Table(
    "customer_profiles",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("customer_key", String(256), primary_key=True),
    Column("profile", Sealed, nullable=False),
    _time("updated_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("tracking_id", String(128), ForeignKey("turns.tracking_id"), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("value", String(8), nullable=False),
    Column("comment", Sealed, nullable=False),
    _time("created_at"),
    Index(None, "created_at"),
)

annotation_versions = Table(
    "annotation_versions",
    metadata,
    # No foreign key: replies of an experiment's run are annotated too.
    _id("tracking_id", primary_key=True),
    Column("annotator", String(128), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("conversation_id", String(256), nullable=False),
    Column("document", Sealed, nullable=False),
    _time("created_at"),
    Index(None, "conversation_id"),
    Index(None, "created_at"),
)

alert_thresholds = Table(
    "alert_thresholds",
    metadata,
    _id("name", primary_key=True),
    Column("document", Text, nullable=False),
    _time("updated_at"),
)

prompt_versions = Table(
    "prompt_versions",
    metadata,
    _id("prompt_id", primary_key=True),
    Column("agent", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("template", Text, nullable=False),
    Column("created_by", String(128), nullable=False),
    _time("created_at"),
)

prompt_drafts = Table(
    "prompt_drafts",
    metadata,
    _id("draft_id", primary_key=True),
    Column("agent", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _time("updated_at"),
)

ai_models = Table(
    "ai_models",
    metadata,
    _id("name", primary_key=True),
    Column("document", Text, nullable=False),
    _time("updated_at"),
)

agent_definitions = Table(
    "agent_definitions",
    metadata,
    _id("name", primary_key=True),
    Column("document", Text, nullable=False),
    _time("updated_at"),
)

releases = Table(
    "releases",
    metadata,
    _id("release_id", primary_key=True),
    Column("release", Text, nullable=False),
    Column("created_by", String(128), nullable=False),
    _time("created_at"),
)

release_history = Table(
    "release_history",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("action", String(16), nullable=False),
    _id("release_id"),
    Column("who", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    _time("at"),
)

leads = Table(
    "leads",
    metadata,
    Column("reference", String(32), primary_key=True),
    _id("tracking_id"),
    Column("kind", String(32), nullable=False),
    _id("conversation_id"),
    Column("lead", Sealed, nullable=False),
    _time("created_at"),
    UniqueConstraint("tracking_id", "kind"),
    Index(None, "created_at"),
)

jobs = Table(
    "jobs",
    metadata,
    _id("job_id", primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("progress", Float, nullable=False),
    Column("error", Text, nullable=True),
    _time("created_at"),
    _time("updated_at"),
    Index(None, "kind", "status", "created_at"),
)

unscrubbed = Table(
    "unscrubbed",
    metadata,
    Column("table_name", String(64), primary_key=True),
    # Another one for each erasure: who scrubs does not forget one that came meanwhile.
    Column("mark", String(32), nullable=False),
)
