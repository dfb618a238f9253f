"""Limits that hold for all processes together, since they are kept where all of them look: in the database."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from bot_core.messages import new_id, utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore
from channels.store.tables import model_slots, rates

_OWNER_DIGITS = 16


class Rates:
    """So many a second, whoever does them. Machines that share a database need clocks that agree."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self, name: str, *, per_second: float, burst: int = 1, longest_wait: float | None = None
    ) -> float | None:
        """Seconds to wait before doing one; its place is taken. None when that is more than `longest_wait`, and then
        nothing is taken. The first `burst` after a pause need not wait. Raises StoreError."""
        distance = timedelta(seconds=1 / per_second)
        with self._database.write() as connection:
            now = utc_now()
            due = max(self._next(connection, name, now), now)
            wait = max((due - distance * (burst - 1) - now).total_seconds(), 0.0)
            if longest_wait is not None and wait > longest_wait:
                return None
            connection.execute(update(rates).where(rates.c.name == name).values(next_at=due + distance))
        return wait

    def hold(self, name: str, *, seconds: float) -> None:
        """Nobody before `seconds` are over: the other side has asked for it."""
        with self._database.write() as connection:
            now = utc_now()
            due = max(self._next(connection, name, now), now + timedelta(seconds=seconds))
            connection.execute(update(rates).where(rates.c.name == name).values(next_at=due))

    def _next(self, connection: Connection, name: str, now: datetime) -> datetime:
        insert_or_ignore(connection, rates, {"name": name, "next_at": now})
        found: datetime | None = connection.scalar(
            select(rates.c.next_at).where(rates.c.name == name).with_for_update()
        )
        return found or now


class ModelSlots:
    """So many calls at once for a model. A slot is a lease: a killed worker's are free again when theirs are over."""

    def __init__(self, database: Database, *, lease_seconds: float) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._owner = ""

    def begin(self, owner: str) -> int:
        """From now on slots are taken in the name of `owner`, of whom only one lives at a time. Those of its earlier
        life are free: a worker that is back after a kill need not wait for their leases. Returns how many."""
        self._owner = hashlib.sha256(owner.encode()).hexdigest()[:_OWNER_DIGITS]
        with self._database.write() as connection:
            mine = model_slots.c.holder.startswith(self._owner)
            return connection.execute(delete(model_slots).where(mine)).rowcount

    def take(self, name: str, *, limit: int) -> str | None:
        """The holder's token, None when all `limit` are held. Raises StoreError."""
        now = utc_now()
        held = select(model_slots.c.number).where(model_slots.c.name == name, model_slots.c.held_until >= now)
        # Without the write lock first: most of those who wait find nothing.
        with self._database.read() as connection:
            taken = set(connection.scalars(held))
        free = [number for number in range(limit) if number not in taken]
        if not free:
            return None
        holder = self._owner + new_id()
        values = {"name": name, "number": random.choice(free), "holder": holder, "held_until": now + self._lease}
        with self._database.write() as connection:
            if insert_or_ignore(connection, model_slots, values):
                return holder
            mine = (model_slots.c.name == name) & (model_slots.c.number == values["number"])
            over = update(model_slots).where(mine, model_slots.c.held_until < now).values(**values)
            return holder if connection.execute(over).rowcount == 1 else None

    def keep(self, holders: Collection[str]) -> None:
        """One statement for all that a process holds."""
        if not holders:
            return
        with self._database.write() as connection:
            mine = model_slots.c.holder.in_(sorted(holders))
            connection.execute(update(model_slots).where(mine).values(held_until=utc_now() + self._lease))

    def give_back(self, holder: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(model_slots).where(model_slots.c.holder == holder))

    def held(self, name: str) -> int:
        statement = select(model_slots.c.number).where(
            model_slots.c.name == name, model_slots.c.held_until >= utc_now()
        )
        with self._database.read() as connection:
            return len(connection.execute(statement).all())
