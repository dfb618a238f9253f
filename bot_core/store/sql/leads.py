"""Leads in the database."""

from __future__ import annotations

from itertools import count

from sqlalchemy import Connection, select

from bot_core.leads.lead import Lead
from bot_core.leads.reference import lead_reference
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore
from bot_core.store.tables import leads


class SqlLeadSink:
    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, lead: Lead) -> str:
        """Record `lead`, once for each tracking_id and kind, and return its reference. Raises StoreError."""
        with self._database.write() as connection:
            return _known(connection, lead) or _insert(connection, lead)

    def list(self, *, limit: int = 100) -> tuple[tuple[str, Lead], ...]:
        statement = select(leads.c.reference, leads.c.lead).order_by(leads.c.created_at.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple((row.reference, Lead.model_validate_json(row.lead)) for row in connection.execute(statement))


def _known(connection: Connection, lead: Lead) -> str | None:
    found = connection.scalar(
        select(leads.c.reference).where(leads.c.tracking_id == lead.tracking_id, leads.c.kind == lead.kind.value)
    )
    return None if found is None else str(found)


def _insert(connection: Connection, lead: Lead) -> str:
    """The insertion may lose to another process with the same lead, or meet another lead's reference."""
    values = {
        "tracking_id": lead.tracking_id,
        "kind": lead.kind.value,
        "conversation_id": lead.conversation_id,
        "lead": lead.model_dump_json(),
        "created_at": lead.created_at,
    }
    for attempt in count():
        reference = lead_reference(lead.tracking_id, lead.kind, attempt)
        if insert_or_ignore(connection, leads, {"reference": reference, **values}):
            return reference
        if known := _known(connection, lead):
            return known
    raise AssertionError("count() does not end")
