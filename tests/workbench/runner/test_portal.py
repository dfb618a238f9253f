from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from workbench.runner.portal import Portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    opened = Portal()
    yield opened
    opened.close()


async def add(left: int, right: int) -> int:
    return left + right


async def thread_name() -> str:
    return threading.current_thread().name


def test_work_runs_in_the_background_thread_and_gives_its_result(portal: Portal):
    assert portal.submit(add(2, 3)).result(5) == 5
    assert portal.submit(thread_name()).result(5) == "workbench-runner"


def test_many_threads_can_submit_at_once_and_work_overlaps(portal: Portal):
    meeting = asyncio.Barrier(8)

    async def meet() -> int:
        return await meeting.wait()

    futures = [portal.submit(meet()) for _ in range(8)]
    assert sorted(future.result(5) for future in futures) == list(range(8))


def test_an_error_reaches_whoever_asks_for_the_result(portal: Portal):
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        portal.submit(fail()).result(5)


def test_closing_cancels_what_is_under_way_and_ends_the_thread():
    portal = Portal()
    started, cancelled = threading.Event(), threading.Event()

    async def wait_for_ever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    future = portal.submit(wait_for_ever())
    assert started.wait(5)
    portal.close()
    assert cancelled.is_set()
    with pytest.raises(CancelledError):
        future.result(5)
    portal.close()
