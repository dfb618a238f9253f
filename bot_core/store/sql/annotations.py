"""What people say of replies, every version of it, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from bot_core.store.database import Database
from bot_core.store.reviews import Annotation
from bot_core.store.rules import annotated_meanwhile, next_annotation
from bot_core.store.sql.rows import insert_or_ignore
from bot_core.store.tables import annotation_versions

_SOME = 500
"""Ids in one statement: SQLite allows so many parameters only."""


class SqlAnnotationStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, annotation: Annotation, *, expected_version: int | None = None) -> Annotation:
        with self._database.write() as connection:
            theirs = (
                annotation_versions.c.tracking_id == annotation.tracking_id,
                annotation_versions.c.annotator == annotation.annotator,
            )
            known = _read(connection, _latest().where(*theirs))
            new = next_annotation(known[0] if known else None, annotation, expected_version=expected_version)
            if known and new is known[0]:
                return new
            values = new.model_dump(include={"tracking_id", "annotator", "version", "conversation_id", "created_at"})
            if not insert_or_ignore(connection, annotation_versions, values | {"document": new.model_dump_json()}):
                # PostgreSQL lets another writer in between the reading and here.
                raise annotated_meanwhile(annotation)
        return new

    def of(self, tracking_ids: Sequence[str]) -> tuple[Annotation, ...]:
        found: list[Annotation] = []
        with self._database.read() as connection:
            for start in range(0, len(tracking_ids), _SOME):
                some = list(tracking_ids[start : start + _SOME])
                found += _read(connection, _latest().where(annotation_versions.c.tracking_id.in_(some)))
        return tuple(sorted(found, key=lambda one: (one.tracking_id, one.annotator)))

    def list(self, *, limit: int = 1000) -> tuple[Annotation, ...]:
        newest = annotation_versions.c.created_at.desc(), annotation_versions.c.tracking_id
        with self._database.read() as connection:
            return _read(connection, _latest().order_by(*newest).limit(limit))

    def history(self, tracking_id: str, annotator: str) -> tuple[Annotation, ...]:
        statement = (
            select(annotation_versions.c.document)
            .where(annotation_versions.c.tracking_id == tracking_id, annotation_versions.c.annotator == annotator)
            .order_by(annotation_versions.c.version)
        )
        with self._database.read() as connection:
            return _read(connection, statement)


def _latest() -> Select[Any]:
    columns = annotation_versions.c
    last = (
        select(columns.tracking_id, columns.annotator, func.max(columns.version).label("version"))
        .group_by(columns.tracking_id, columns.annotator)
        .subquery()
    )
    same = (last.c[name] == columns[name] for name in ("tracking_id", "annotator", "version"))
    return select(columns.document).select_from(annotation_versions.join(last, and_(*same)))


def _read(connection: Connection, statement: Select[Any]) -> tuple[Annotation, ...]:
    return tuple(Annotation.model_validate_json(text) for text in connection.scalars(statement))
