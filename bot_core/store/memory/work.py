"""Leads and jobs in this process's memory."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from bot_core.errors import NotFound
from bot_core.leads.lead import Lead
from bot_core.leads.reference import lead_reference
from bot_core.store.records import Job, JobStatus
from bot_core.store.rules import as_json, cancelled, claimed, finished, reported, requeued


class MemoryLeadStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leads: dict[str, Lead] = {}

    def submit(self, lead: Lead) -> str:
        with self._lock:
            for reference in (lead_reference(lead.tracking_id, lead.kind, attempt) for attempt in count()):
                known = self._leads.setdefault(reference, lead)
                if (known.tracking_id, known.kind) == (lead.tracking_id, lead.kind):
                    return reference
        raise AssertionError("count() does not end")

    def list(self, *, limit: int = 100) -> tuple[tuple[str, Lead], ...]:
        with self._lock:
            rows = sorted(self._leads.items(), key=lambda row: row[1].created_at, reverse=True)
        return tuple(rows[:limit])

    def size(self) -> int:
        with self._lock:
            return len(self._leads)

    def forget(self, conversation_ids: Sequence[str]) -> int:
        with self._lock:
            gone = [name for name, lead in self._leads.items() if lead.conversation_id in conversation_ids]
            for name in gone:
                del self._leads[name]
        return len(gone)


class MemoryJobStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def add(self, kind: str, payload: Mapping[str, Any] | None = None) -> Job:
        job = Job(kind=kind, payload=as_json(payload))
        with self._lock:
            self._jobs[job.job_id] = job
        return job

    def get(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"no job {job_id}")
        return job

    def list(self, *, kind: str | None = None, status: JobStatus | None = None, limit: int = 50) -> builtins.list[Job]:
        with self._lock:
            jobs = [j for j in reversed(self._jobs.values()) if kind in (None, j.kind) and status in (None, j.status)]
        return jobs[:limit]

    def claim(self, kind: str) -> Job | None:
        with self._lock:
            queued = (j for j in self._jobs.values() if j.kind == kind and j.status is JobStatus.QUEUED)
            job = next(queued, None)
            return self._put(claimed(job)) if job else None

    def report(self, job_id: str, progress: float) -> Job:
        return self._changed(job_id, lambda job: reported(job, progress))

    def finish(self, job_id: str, *, error: str | None = None) -> Job:
        return self._changed(job_id, lambda job: finished(job, error))

    def cancel(self, job_id: str) -> Job:
        return self._changed(job_id, cancelled)

    def requeue_stale(self, before: datetime) -> int:
        with self._lock:
            stale = [j for j in self._jobs.values() if j.status is JobStatus.RUNNING and j.updated_at < before]
            for job in stale:
                self._put(requeued(job))
        return len(stale)

    def _changed(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        with self._lock:
            return self._put(change(self.get(job_id)))

    def _put(self, job: Job) -> Job:
        self._jobs[job.job_id] = job
        return job
