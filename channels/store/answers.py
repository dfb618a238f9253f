"""Answers that may be given again to the same question, under a key that names everything they rest on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from bot_core.messages import utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_replace
from channels.privacy.keys import Sealer
from channels.store.tables import cached_answers


class CachedAnswers:
    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def get(self, key: str, *, younger_than: timedelta) -> str | None:
        statement = select(cached_answers.c.sealed).where(
            cached_answers.c.key == key, cached_answers.c.created_at > utc_now() - younger_than
        )
        with self._database.read() as connection:
            found = connection.scalar(statement)
        return None if found is None else self._sealer.open(found)

    def put(self, key: str, answer: str) -> None:
        values = {"key": key, "sealed": self._sealer.seal(answer), "created_at": utc_now()}
        with self._database.write() as connection:
            insert_or_replace(connection, cached_answers, values)

    def forget(self, *, older_than: timedelta) -> int:
        """Rows gone."""
        with self._database.write() as connection:
            old = cached_answers.c.created_at < utc_now() - older_than
            return connection.execute(delete(cached_answers).where(old)).rowcount
