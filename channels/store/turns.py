"""Turns under way, and the model calls that they have already paid for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot_core.messages import utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore, insert_or_replace
from channels.privacy.keys import Sealer
from channels.store.records import OpenTurn
from channels.store.tables import model_calls, open_turns


class OpenTurns:
    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def get(self, customer_id: str) -> OpenTurn | None:
        with self._database.read() as connection:
            row = connection.execute(select(open_turns).where(open_turns.c.customer_id == customer_id)).one_or_none()
        return self._turn(row) if row else None

    def put(self, connection: Connection, turn: OpenTurn) -> None:
        values = turn.model_dump(exclude={"result"}) | {"sealed": self._sealer.seal(turn.result)}
        insert_or_replace(connection, open_turns, values)

    def finish(self, connection: Connection, customer_id: str, result: str) -> None:
        """The bot has answered; the turn is not yet committed."""
        connection.execute(
            update(open_turns).where(open_turns.c.customer_id == customer_id).values(sealed=self._sealer.seal(result))
        )

    def close(self, connection: Connection, turn: OpenTurn) -> None:
        """Nothing of it is under way any more: what its calls said is in the log of the turn."""
        connection.execute(delete(open_turns).where(open_turns.c.customer_id == turn.customer_id))
        connection.execute(delete(model_calls).where(model_calls.c.tracking_id == turn.tracking_id))

    def call(self, tracking_id: str, request_hash: str) -> str | None:
        """What a model has already answered, as it was kept."""
        statement = select(model_calls.c.sealed).where(
            model_calls.c.tracking_id == tracking_id, model_calls.c.request_hash == request_hash
        )
        with self._database.read() as connection:
            found = connection.scalar(statement)
        return None if found is None else self._sealer.open(found)

    def keep_call(self, tracking_id: str, request_hash: str, answer: str) -> None:
        """While its turn is open: one that was closed or erased meanwhile has no use for it, and leaves nothing."""
        values = {
            "tracking_id": tracking_id,
            "request_hash": request_hash,
            "sealed": self._sealer.seal(answer),
            "created_at": utc_now(),
        }
        # Locked, so that whoever closes the turn at this moment finds the call.
        is_open = select(open_turns.c.customer_id).where(open_turns.c.tracking_id == tracking_id)
        with self._database.write() as connection:
            if connection.scalar(is_open.with_for_update(read=True)) is not None:
                insert_or_ignore(connection, model_calls, values)

    def _turn(self, row: Row[Any]) -> OpenTurn:
        values = row._asdict()
        result = self._sealer.open(values.pop("sealed"))
        return OpenTurn(**values, result=result)
