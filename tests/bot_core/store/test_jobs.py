from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot_core.errors import Conflict, NotFound, StoreError
from bot_core.messages import utc_now
from bot_core.store.records import Job, JobStatus
from bot_core.store.store import Store


def _running(store: Store) -> Job:
    store.jobs.add("experiment")
    job = store.jobs.claim("experiment")
    assert job is not None
    return job


def test_a_job_waits_with_its_payload(store: Store):
    job = store.jobs.add("experiment", {"variants": ("a", "b"), "caso": "ñ\x00"})
    assert store.jobs.get(job.job_id) == job
    assert (job.status, job.progress, job.payload) == (JobStatus.QUEUED, 0.0, {"variants": ["a", "b"], "caso": "ñ\x00"})


def test_the_oldest_of_a_kind_is_claimed_and_only_once(store: Store):
    first, second = store.jobs.add("experiment"), store.jobs.add("experiment")
    store.jobs.add("export")
    claimed = [store.jobs.claim("experiment") for _ in range(3)]
    assert [job and job.job_id for job in claimed] == [first.job_id, second.job_id, None]
    assert store.jobs.get(first.job_id).status is JobStatus.RUNNING


def test_progress_then_the_end(store: Store):
    job = _running(store)
    assert store.jobs.report(job.job_id, 0.5).progress == 0.5
    assert store.jobs.report(job.job_id, 7).progress == 1.0
    done = store.jobs.finish(job.job_id)
    assert (done.status, done.progress, done.error) == (JobStatus.DONE, 1.0, None)
    assert done == store.jobs.get(job.job_id)
    assert done.updated_at > job.created_at


def test_a_failure_keeps_its_reason_and_progress(store: Store):
    job = _running(store)
    store.jobs.report(job.job_id, 0.25)
    failed = store.jobs.finish(job.job_id, error="the catalogue is gone")
    assert (failed.status, failed.progress, failed.error) == (JobStatus.FAILED, 0.25, "the catalogue is gone")


def test_a_cancelled_job_accepts_no_report(store: Store):
    job = _running(store)
    assert store.jobs.cancel(job.job_id).status is JobStatus.CANCELLED
    with pytest.raises(Conflict, match="is cancelled, not running"):
        store.jobs.report(job.job_id, 0.5)
    with pytest.raises(Conflict, match="is cancelled, not running"):
        store.jobs.finish(job.job_id)
    queued = store.jobs.add("experiment")
    store.jobs.cancel(queued.job_id)
    assert store.jobs.claim("experiment") is None


def test_cancelling_an_ended_job_changes_nothing(store: Store):
    done = store.jobs.finish(_running(store).job_id)
    assert store.jobs.cancel(done.job_id) == done


def test_a_dead_workers_job_is_queued_again(store: Store):
    job = _running(store)
    store.jobs.report(job.job_id, 0.5)
    assert store.jobs.requeue_stale(utc_now() - timedelta(minutes=1)) == 0
    assert store.jobs.requeue_stale(utc_now() + timedelta(seconds=1)) == 1
    again = store.jobs.claim("experiment")
    assert again is not None
    assert (again.job_id, again.progress) == (job.job_id, 0.0)


def test_lists_by_kind_and_status_newest_first(store: Store):
    jobs = [store.jobs.add(kind) for kind in ("a", "b", "a")]
    store.jobs.claim("a")
    assert [job.job_id for job in store.jobs.list()] == [job.job_id for job in reversed(jobs)]
    assert [job.job_id for job in store.jobs.list(kind="a")] == [jobs[2].job_id, jobs[0].job_id]
    assert [job.job_id for job in store.jobs.list(status=JobStatus.RUNNING)] == [jobs[0].job_id]
    assert len(store.jobs.list(limit=1)) == 1


def test_unknown_jobs_and_payloads(store: Store):
    for call in (store.jobs.get, store.jobs.cancel, store.jobs.finish, lambda job_id: store.jobs.report(job_id, 0.1)):
        with pytest.raises(NotFound, match="no job nope"):
            call("nope")
    with pytest.raises(StoreError, match="only JSON"):
        store.jobs.add("x", {"bad": object()})
    with pytest.raises(StoreError, match="only JSON"):
        store.jobs.add("x", {"bad": float("nan")})


def test_many_workers_share_the_queue_without_overlap(store: Store):
    added = {store.jobs.add("experiment").job_id for _ in range(12)}

    def work(_: int) -> list[str]:
        mine = []
        while job := store.jobs.claim("experiment"):
            mine.append(job.job_id)
            store.jobs.finish(job.job_id)
        return mine

    with ThreadPoolExecutor(4) as pool:
        done = [job_id for mine in pool.map(work, range(4)) for job_id in mine]
    assert sorted(done) == sorted(added)
