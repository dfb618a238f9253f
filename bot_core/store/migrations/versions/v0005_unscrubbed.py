"""Which tables an erasure has left to be scrubbed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op  # noqa: TID253 - only alembic itself runs this file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "unscrubbed",
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name="pk_unscrubbed"),
    )
