from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from workbench.evaluation.batch import CancelToken, run_batch
from workbench.evaluation.build import build_subject
from workbench.records import CaseResult, VariantSpec
from workbench.storage.journal import Journal


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
        await asyncio.sleep(0)
        under_way -= 1
        return await handle(*args, **options)

    monkeypatch.setattr(subject.bot, "handle", counted)
    await run_batch(few.cases, subject, trials=3, concurrency=2)
    assert peak == 2


async def test_progress_is_told_after_each_case_is_safe(few, subject, tmp_path):
    journal = Journal(tmp_path / "r.jsonl")
    seen: list[tuple[int, int, int]] = []

    def tell(result, *, done, total):
        seen.append((done, total, len(Journal(tmp_path / "r.jsonl").results())))

    await run_batch(few.cases, subject, log=journal, on_result=tell)
    assert seen == [(n, len(few.cases), n) for n in range(1, len(few.cases) + 1)]


async def test_a_killed_run_goes_on_where_it_stopped(few, subject, tmp_path, monkeypatch):
    path = tmp_path / "r.jsonl"
    await run_batch(few.cases[:2], subject, log=Journal(path))
    path.write_bytes(path.read_bytes() + b'{"case_id": "cut sho')
    played: list[str] = []
    handle = subject.bot.handle

    async def noted(messages, state, **options):
        played.append(state.conversation_id)
        return await handle(messages, state, **options)

    monkeypatch.setattr(subject.bot, "handle", noted)
    results = await run_batch(few.cases, subject, log=Journal(path))
    assert [result.case_id for result in results] == [case.id for case in few.cases]
    assert not {"few-hola.1", "few-versa.1"} & set(played)


async def test_cancelling_keeps_what_was_played(few, subject):
    token = CancelToken()

    def stop(_result, *, done, total):
        if done == 2:
            token.cancel()

    results = await run_batch(few.cases, subject, concurrency=1, on_result=stop, cancel=token)
    assert [result.case_id for result in results] == ["few-hola", "few-versa"]
