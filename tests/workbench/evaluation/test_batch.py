from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from workbench.evaluation.batch import CancelToken, play_all, run_batch
from workbench.evaluation.build import build_subject
from workbench.records import CaseResult, VariantSpec


@pytest.fixture
def subject(settings):
    return build_subject(VariantSpec(name="base"), settings)


async def test_results_come_in_the_order_of_the_cases(few, subject):
    results = await run_batch(few.cases, subject, trials=2, concurrency=3)
    expected = [(case.id, trial) for case in few.cases for trial in (1, 2)]
    assert [(result.case_id, result.trial) for result in results] == expected


async def test_concurrency_and_order_change_nothing(few, subject):
    def verdicts(results: Sequence[CaseResult]) -> dict[str, object]:
        return {result.case_id: (result.verdict, [turn.reply.text for turn in result.turns]) for result in results}

    one = await run_batch(few.cases, subject, concurrency=1)
    many = await run_batch(tuple(reversed(few.cases)), subject, concurrency=50)
    assert verdicts(one) == verdicts(many)


async def test_no_more_cases_at_once_than_asked_for(few, subject, monkeypatch):
    handle, under_way, peak = subject.bot.handle, 0, 0

    async def counted(*args, **options):
        nonlocal under_way, peak
        under_way += 1
        peak = max(peak, under_way)
        # Longer than what lies between the first starts.
        await asyncio.sleep(0.02)
        under_way -= 1
        return await handle(*args, **options)

    monkeypatch.setattr(subject.bot, "handle", counted)
    await run_batch(few.cases, subject, trials=3, concurrency=2)
    assert peak == 2


async def test_progress_is_told_after_each_case(few, subject):
    seen: list[tuple[int, int]] = []

    def tell(result, *, done, total):
        seen.append((done, total))

    await run_batch(few.cases, subject, on_result=tell)
    assert seen == [(n, len(few.cases)) for n in range(1, len(few.cases) + 1)]


async def test_the_first_ones_start_apart_so_that_their_answers_do_not_come_all_at_once():
    starts: list[float] = []

    async def play(_job: int) -> None:
        starts.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.2)

    await play_all(range(5), play, concurrency=5)
    assert all(later - earlier > 0.001 for earlier, later in pairwise(starts))


async def test_jobs_are_taken_when_there_is_a_place_for_them():
    taken, played = 0, 0

    def jobs() -> Iterator[int]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield number

    async def play(number: int) -> None:
        nonlocal played
        await asyncio.sleep(0)
        played += 1
        assert taken - played <= 4

    await play_all(jobs(), play, concurrency=4)
    assert played == 100


async def test_what_a_job_raises_ends_all():
    async def play(number: int) -> None:
        if number == 2:
            raise OSError("No space left on device")

    with pytest.raises(ExceptionGroup, match="unhandled"):
        await play_all(range(5), play, concurrency=2)


async def test_cancelling_keeps_what_was_played(few, subject):
    token = CancelToken()

    def stop(_result, *, done, total):
        if done == 2:
            token.cancel()

    results = await run_batch(few.cases, subject, concurrency=1, on_result=stop, cancel=token)
    assert [result.case_id for result in results] == ["few-hola", "few-versa"]
