"""Profiles of customers and opinions of turns in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from bot_core.errors import NotFound
from bot_core.messages import utc_now
from bot_core.sessions.state import CustomerProfile
from bot_core.store.database import Database
from bot_core.store.records import Feedback
from bot_core.store.sql.rows import insert_or_replace
from bot_core.store.tables import customer_profiles, turns
from bot_core.store.tables import feedback as opinions


class SqlProfileStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, channel: str, customer_key: str) -> CustomerProfile | None:
        table = customer_profiles.c
        statement = select(table.profile).where(table.channel == channel, table.customer_key == customer_key)
        with self._database.read() as connection:
            found = connection.scalar(statement)
        return CustomerProfile.model_validate_json(found) if found else None

    def put(self, channel: str, customer_key: str, profile: CustomerProfile) -> None:
        values = {
            "channel": channel,
            "customer_key": customer_key,
            "profile": profile.model_dump_json(),
            "updated_at": utc_now(),
        }
        with self._database.write() as connection:
            insert_or_replace(connection, customer_profiles, values)


class SqlFeedbackStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, feedback: Feedback) -> None:
        with self._database.write() as connection:
            turn = select(turns.c.tracking_id).where(turns.c.tracking_id == feedback.tracking_id)
            if connection.scalar(turn) is None:
                raise NotFound(f"no turn {feedback.tracking_id}")
            insert_or_replace(connection, opinions, feedback.model_dump() | {"value": feedback.value.value})

    def of(self, tracking_id: str) -> tuple[Feedback, ...]:
        statement = select(opinions).where(opinions.c.tracking_id == tracking_id).order_by(opinions.c.source)
        with self._database.read() as connection:
            return tuple(_feedback(row) for row in connection.execute(statement))

    def list(self, *, limit: int = 100) -> tuple[Feedback, ...]:
        statement = select(opinions).order_by(opinions.c.created_at.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(_feedback(row) for row in connection.execute(statement))


def _feedback(row: Row[Any]) -> Feedback:
    return Feedback(**row._asdict())
