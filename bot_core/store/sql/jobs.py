"""Background work in the database."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot_core.errors import NotFound
from bot_core.store.database import Database
from bot_core.store.records import Job, JobStatus
from bot_core.store.rules import as_json, cancelled, claimed, finished, reported, requeued
from bot_core.store.tables import jobs


class SqlJobStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, payload: Mapping[str, Any] | None = None) -> Job:
        job = Job(kind=kind, payload=as_json(payload))
        with self._database.write() as connection:
            connection.execute(insert(jobs).values(_values(job)))
        return job

    def get(self, job_id: str) -> Job:
        with self._database.read() as connection:
            return _read(connection, job_id)

    def list(self, *, kind: str | None = None, status: JobStatus | None = None, limit: int = 50) -> builtins.list[Job]:
        statement = select(jobs).order_by(jobs.c.created_at.desc()).limit(limit)
        if kind is not None:
            statement = statement.where(jobs.c.kind == kind)
        if status is not None:
            statement = statement.where(jobs.c.status == status.value)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(statement)]

    def claim(self, kind: str) -> Job | None:
        statement = (
            select(jobs)
            .where(jobs.c.kind == kind, jobs.c.status == JobStatus.QUEUED.value)
            .order_by(jobs.c.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._database.write() as connection:
            row = connection.execute(statement).one_or_none()
            return _put(connection, claimed(_job(row))) if row else None

    def report(self, job_id: str, progress: float) -> Job:
        return self._changed(job_id, lambda job: reported(job, progress))

    def finish(self, job_id: str, *, error: str | None = None) -> Job:
        return self._changed(job_id, lambda job: finished(job, error))

    def cancel(self, job_id: str) -> Job:
        return self._changed(job_id, cancelled)

    def requeue_stale(self, before: datetime) -> int:
        stale = jobs.c.status == JobStatus.RUNNING.value, jobs.c.updated_at < before
        with self._database.write() as connection:
            rows = connection.execute(select(jobs).where(*stale).with_for_update(skip_locked=True)).all()
            for row in rows:
                _put(connection, requeued(_job(row)))
        return len(rows)

    def _changed(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        with self._database.write() as connection:
            return _put(connection, change(_read(connection, job_id, lock=True)))


def _read(connection: Connection, job_id: str, *, lock: bool = False) -> Job:
    statement = select(jobs).where(jobs.c.job_id == job_id)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound(f"no job {job_id}")
    return _job(row)


def _put(connection: Connection, job: Job) -> Job:
    connection.execute(update(jobs).where(jobs.c.job_id == job.job_id).values(_values(job)))
    return job


def _values(job: Job) -> dict[str, Any]:
    return job.model_dump() | {
        "status": job.status.value,
        "payload": json.dumps(job.payload, ensure_ascii=False),
    }


def _job(row: Row[Any]) -> Job:
    return Job(**row._asdict() | {"payload": json.loads(row.payload)})
