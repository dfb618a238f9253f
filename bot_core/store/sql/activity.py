"""Turns, opinions and leads of all conversations, read in batches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, cast, func, select, tuple_

from bot_core.leads.lead import Lead
from bot_core.store.activity import ConversationOutcome, LoggedTurn, Place, RecordedLead
from bot_core.store.database import Database
from bot_core.store.records import CUSTOMER, Feedback, FeedbackValue
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

    def outcomes(self, *, channel: str, since: datetime) -> tuple[ConversationOutcome, ...]:
        with self._database.read() as connection:
            rows = connection.execute(_outcomes(channel, since)).all()
        return tuple(ConversationOutcome(**row._asdict()) for row in rows)

    def _read(self, statement: Select[tuple[object, ...]]) -> tuple[LoggedTurn, ...]:
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            LoggedTurn(channel=row.channel, customer_key=row.customer_key, turn=logged_from(row)) for row in rows
        )


def _outcomes(channel: str, since: datetime) -> Select[Any]:
    """Sums and ids alone: nothing that anybody wrote is read."""
    ups, downs = (_opinions_of_turn(value) for value in (FeedbackValue.UP, FeedbackValue.DOWN))
    by_conversation = (
        select(
            turns.c.conversation_id,
            func.count().label("turns"),
            (func.min(turns.c.release_id) != func.max(turns.c.release_id)).label("is_mixed"),
            func.sum(ups).label("thumbs_up"),
            func.sum(downs).label("thumbs_down"),
            func.sum(cast(turns.c.used_fallback, Integer)).label("fallbacks"),
            func.min(turns.c.created_at).label("began_at"),
        )
        .group_by(turns.c.conversation_id)
        .subquery()
    )
    found = by_conversation.c
    first = turns.alias()
    requests = select(func.count()).where(leads.c.conversation_id == found.conversation_id).scalar_subquery()
    return (
        select(by_conversation, first.c.release_id, requests.label("leads"))
        .join(conversations, conversations.c.conversation_id == found.conversation_id)
        .join(first, (first.c.conversation_id == found.conversation_id) & (first.c.position == 1))
        .where(conversations.c.channel == channel, found.began_at >= since)
        .order_by(found.began_at, found.conversation_id)
    )


def _opinions_of_turn(value: FeedbackValue) -> Any:
    mine = (opinions.c.tracking_id == turns.c.tracking_id) & (opinions.c.source == CUSTOMER)
    return select(func.count()).where(mine, opinions.c.value == value.value).correlate(turns).scalar_subquery()


def _with_customer() -> Select[tuple[object, ...]]:
    joined = turns.join(conversations, conversations.c.conversation_id == turns.c.conversation_id)
    return select(turns, conversations.c.channel, conversations.c.customer_key).select_from(joined)
