"""Things under a name in the database: models and agents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Table, delete, select

from bot_core.errors import NotFound
from bot_core.messages import utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_replace

Item = TypeVar("Item", bound=BaseModel)


class SqlNamedStore(Generic[Item]):
    def __init__(self, database: Database, table: Table, model: type[Item], name_of: Callable[[Item], str]) -> None:
        self._database = database
        self._table = table
        self._model = model
        self._name_of = name_of

    def put(self, item: Item) -> None:
        values = {"name": self._name_of(item), "document": item.model_dump_json(), "updated_at": utc_now()}
        with self._database.write() as connection:
            insert_or_replace(connection, self._table, values)

    def get(self, name: str) -> Item:
        with self._database.read() as connection:
            text = connection.scalar(select(self._table.c.document).where(self._table.c.name == name))
        if text is None:
            raise NotFound(f"no {self._table.name} {name}")
        return self._model.model_validate_json(text)

    def list(self) -> tuple[Item, ...]:
        with self._database.read() as connection:
            rows = connection.execute(select(self._table.c.name, self._table.c.document)).all()
        # Sorted here: the order of names must not depend on a server's collation.
        return tuple(self._model.model_validate_json(text) for _, text in sorted(tuple(row) for row in rows))

    def remove(self, name: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(self._table).where(self._table.c.name == name))
