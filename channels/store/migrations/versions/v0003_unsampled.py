"""PostgreSQL's ANALYZE copies values of a column into its statistics, where they outlive the rows and can be read by
whoever may read the table. Personal data stay out of it, and Twilio's message ids, of which only hashes outlive an
erasure. Frozen, like every migration."""

from __future__ import annotations

from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0003"
down_revision = "0002"

_COLUMNS = (
    ("whatsapp_customers", "sealed", "TEXT"),
    ("whatsapp_inbound", "sealed", "TEXT"),
    ("whatsapp_inbound", "message_sid", "VARCHAR(34)"),
    ("whatsapp_open_turns", "sealed", "TEXT"),
    ("whatsapp_model_calls", "sealed", "TEXT"),
    ("whatsapp_outbox", "sealed", "TEXT"),
    ("whatsapp_outbox", "message_sid", "VARCHAR(34)"),
    ("whatsapp_deliveries", "message_sid", "VARCHAR(34)"),
    ("whatsapp_hand_offs", "who", "VARCHAR(128)"),
    ("whatsapp_hand_offs", "reason", "VARCHAR(256)"),
    ("whatsapp_cached_answers", "sealed", "TEXT"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, same in _COLUMNS:
        # The same type again: no row is written, and the statistics that are there are removed (which neither
        # ANALYZE with a target of 0 nor VACUUM does).
        op.execute(f"ALTER TABLE {table} ALTER {column} SET STATISTICS 0, ALTER {column} TYPE {same}")
