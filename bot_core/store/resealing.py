"""Every sealed column of a database written again with the current key: after the first key, and after a new one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, MetaData, Table, Text, and_, bindparam, select, type_coerce, update

from bot_core.store.database import Database
from bot_core.store.sealing import Cipher
from bot_core.store.tables import Sealed, metadata

_BATCH = 200


def sealed_columns(tables: MetaData = metadata) -> tuple[Column[str], ...]:
    columns = (column for table in tables.sorted_tables for column in table.columns)
    return tuple(column for column in columns if isinstance(column.type, Sealed))


def reseal(database: Database, cipher: Cipher, columns: Iterable[Column[str]] = sealed_columns()) -> int:
    """Rows changed. It may run beside everything else: a row that somebody changes meanwhile is left to them, sealed
    with the current key already. Raises StoreError for what no known key opens; what was done before stays."""
    return sum(_column(database, cipher, column) for column in columns)


def _column(database: Database, cipher: Cipher, column: Column[str]) -> int:
    table = column.table
    assert isinstance(table, Table)
    keys = list(table.primary_key)
    with database.read() as connection:
        ids = [tuple(row) for row in connection.execute(select(*keys))]
    changed = 0
    for start in range(0, len(ids), _BATCH):
        with database.write() as connection:
            for values in ids[start : start + _BATCH]:
                row = and_(*(key == value for key, value in zip(keys, values, strict=True)))
                stored = connection.scalar(select(type_coerce(column, Text)).where(row))
                if not stored or cipher.is_current(stored):
                    continue
                again = bindparam("again", cipher.seal(cipher.open(stored)), type_=Text)
                same = type_coerce(column, Text) == stored
                changed += connection.execute(update(table).where(row, same).values({column.name: again})).rowcount
    return changed
