"""PostgreSQL's ANALYZE copies values of a column into its statistics, where they outlive the rows and can be read by
whoever may read the table. Texts of people stay out of it. Frozen, like every migration."""

from __future__ import annotations

from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0004"
down_revision = "0003"

_TEXTS = {
    "conversations": ["state"],
    "turns": ["messages", "reply", "trace"],
    "customer_profiles": ["profile"],
    "feedback": ["comment"],
    "annotation_versions": ["document"],
    "alert_thresholds": ["document"],
    "prompt_versions": ["template"],
    "prompt_drafts": ["document"],
    "ai_models": ["document"],
    "agent_definitions": ["document"],
    "releases": ["release"],
    "release_history": ["reason", "evidence"],
    "leads": ["lead"],
    "jobs": ["payload", "error"],
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in _TEXTS.items():
        for column in columns:
            # The same type again: no row is written, and the statistics that are there are removed (which neither
            # ANALYZE with a target of 0 nor VACUUM does).
            op.execute(f"ALTER TABLE {table} ALTER {column} SET STATISTICS 0, ALTER {column} TYPE TEXT")
