"""Turns, opinions and leads of all conversations, read in batches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select, tuple_

from bot_core.leads.lead import Lead
from bot_core.store.activity import LoggedTurn, Place, RecordedLead
from bot_core.store.database import Database
from bot_core.store.records import Feedback
from bot_core.store.sql.conversations import logged_from
from bot_core.store.tables import conversations, leads, turns
from bot_core.store.tables import feedback as opinions

_PLACE = tuple_(turns.c.created_at, turns.c.tracking_id)


class SqlActivityStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def before(self, place: Place | None = None, *, limit: int = 500) -> tuple[LoggedTurn, ...]:
        statement = _with_customer().order_by(turns.c.created_at.desc(), turns.c.tracking_id.desc())
        return self._read((statement.where(place > _PLACE) if place else statement).limit(limit))

    def since(self, moment: datetime, *, limit: int = 500, after: Place | None = None) -> tuple[LoggedTurn, ...]:
        statement = _with_customer().where(turns.c.created_at >= moment)
        if after:
            statement = statement.where(after < _PLACE)
        return self._read(statement.order_by(turns.c.created_at, turns.c.tracking_id).limit(limit))

    def tracking_ids(self) -> frozenset[str]:
        with self._database.read() as connection:
            return frozenset(connection.scalars(select(turns.c.tracking_id)))

    def count(self) -> int:
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(turns)) or 0

    def feedback_since(self, moment: datetime) -> tuple[Feedback, ...]:
        statement = select(opinions).where(opinions.c.created_at >= moment).order_by(opinions.c.created_at)
        with self._database.read() as connection:
            return tuple(Feedback(**row._asdict()) for row in connection.execute(statement))

    def leads_since(self, moment: datetime) -> tuple[RecordedLead, ...]:
        statement = select(leads).where(leads.c.created_at >= moment).order_by(leads.c.created_at)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(RecordedLead(reference=row.reference, lead=Lead.model_validate_json(row.lead)) for row in rows)

    def _read(self, statement: Select[tuple[object, ...]]) -> tuple[LoggedTurn, ...]:
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            LoggedTurn(channel=row.channel, customer_key=row.customer_key, turn=logged_from(row)) for row in rows
        )


def _with_customer() -> Select[tuple[object, ...]]:
    joined = turns.join(conversations, conversations.c.conversation_id == turns.c.conversation_id)
    return select(turns, conversations.c.channel, conversations.c.customer_key).select_from(joined)
