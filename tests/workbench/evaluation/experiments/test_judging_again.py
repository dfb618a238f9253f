"""A judge that is back after a failure, over HTTP: only what it left unscored is asked, and nothing is played again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bot_core.errors import UserError
from bot_core.llm.gateway import ModelSettings
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest, greeting_bot, unauthorized
from workbench.evaluation.experiments.reopening import reopen_errors
from workbench.evaluation.experiments.running import run_experiment
from workbench.evaluation.judge.rubric import JUDGE_SCORERS
from workbench.records import CaseResult, JudgeSpec, RunStatus, Verdict
from workbench.storage.call_journal import CallJournal, CallState
from workbench.storage.experiment_files import Control, ExperimentFolder
from workbench.storage.preference_files import PairOutcome
from workbench.storage.run_files import read_run

FINE = {"reason": "bien", "verdict": "bien"}
BROKEN = Answer("no es JSON")
"""Paid for, and of no use."""


class ReturningJudge:
    """Fails with `failure`, as long as there is one, where `fails` says so."""

    def __init__(self) -> None:
        self.failure: Behaviour | None = unauthorized()
        self.fails = ""
        """Words of the questions that it fails at; all when empty."""

    def __call__(self, request: RecordedRequest) -> Behaviour:
        properties = request.schema.get("properties", {})
        if not {"helpfulness", "better"} & set(properties):
            return greeting_bot(request)
        if self.failure and self.fails in request.text:
            return self.failure
        if "better" in properties:
            return Answer({"reason": "así", "better": "ninguna"})
        return Answer({"helpfulness": FINE, "tone": FINE, "completeness": FINE})


@pytest.fixture
def judge() -> ReturningJudge:
    return ReturningJudge()


@pytest.fixture
def server(judge: ReturningJudge) -> Iterator[ModelServer]:
    with ModelServer(judge) as started:
        yield started


def judge_at(server: ModelServer, *, pairwise: bool = False) -> JudgeSpec:
    model = ModelSettings(model="openai/gpt-4o-mini", api_base=server.openai_base, reasks=0, retries=0)
    return JudgeSpec(model=model, pairwise=pairwise)


def results(folder: ExperimentFolder) -> list[CaseResult]:
    return [result for run_id in folder.run_ids() for result in folder.results(run_id)]


def judged(result: CaseResult) -> list[Verdict]:
    return [score.verdict for score in result.scores if score.scorer in JUDGE_SCORERS]


def told(result: CaseResult) -> object:
    """All but the judge's part."""
    scores = [score for score in result.scores if score.scorer not in JUDGE_SCORERS]
    return result.model_copy(update={"scores": scores, "evaluation_calls": (), "warnings": ()})


def paid(folder: ExperimentFolder) -> Decimal:
    lines = [line for path in folder.path.glob("*.calls.jsonl") for line in CallJournal(path).lines()]
    return sum((line.usd for line in lines if line.state in (CallState.ANSWERED, CallState.FAILED)), Decimal(0))


async def test_a_judge_that_is_back_is_asked_and_nobody_else(created, settings, server, judge):
    folder = created(judge=judge_at(server))
    first = await run_experiment(folder, settings)
    before, asked = results(folder), len(server.chats)
    assert [judged(result) for result in before] == [[Verdict.UNSCORED] * 3] * 10
    assert [run.unjudged for run in first.runs] == [7, 7]
    judge.failure = None

    assert reopen_errors(folder) == 10
    again = await run_experiment(folder, settings)

    assert (again.status, again.done, [run.unjudged for run in again.runs]) == (RunStatus.FINISHED, 10, [0, 0])
    after = results(folder)
    assert [judged(result) for result in after] == [[Verdict.PASS] * 3] * 10
    assert [told(result) for result in after] == [told(result) for result in before], "down to the ids of the turns"
    assert len(server.chats) - asked == sum(len(result.turns) for result in after) == 14
    [earlier] = read_run(folder.run_path("abc-1")).earlier
    assert (earlier.errors, earlier.unjudged) == (0, 5)
    assert not list(folder.path.glob("*unjudged*"))
    with pytest.raises(UserError, match="ended in an error or was left unjudged"):
        reopen_errors(folder)


async def test_what_it_answered_before_it_failed_is_not_asked_again(created, settings, server, judge):
    judge.fails = "quiero ir a ver el segundo"
    folder = created(judge=judge_at(server), case_ids=("few-hola", "few-visita"))
    await run_experiment(folder, settings)
    assert [judged(result)[0] for result in folder.results("abc-1")] == [Verdict.PASS, Verdict.UNSCORED]
    untouched = next(iter(folder.results("abc-1")))
    judge.failure = None

    assert reopen_errors(folder) == 2
    asked = len(server.chats)
    progress = await run_experiment(folder, settings)

    assert len(server.chats) - asked < 2 * 3, "a conversation has three replies"
    answered = [json.dumps(request.body) for request in server.chats if judge.fails not in request.text]
    assert len(answered) == 2 * len(set(answered)), "once for each variant"
    assert next(folder.results("abc-1")) == untouched
    assert {judged(result)[0] for result in results(folder)} == {Verdict.PASS}
    spent = sum((result.evaluation_usd for result in results(folder)), Decimal(0))
    assert progress.usd_spent == paid(folder) == spent


async def test_an_answer_of_no_use_is_paid_once_and_another_one_is_asked_for(created, settings, server, judge):
    judge.failure = BROKEN
    folder = created(judge=judge_at(server), case_ids=("few-hola",))
    before = await run_experiment(folder, settings)
    assert before.usd_spent > 0
    reopen_errors(folder)
    still = await run_experiment(folder, settings)
    assert (still.usd_spent, len(server.chats)) == (2 * before.usd_spent, 4), "two variants, twice"
    judge.failure = None
    reopen_errors(folder)
    progress = await run_experiment(folder, settings)
    assert len(server.chats) == 6
    assert {judged(result)[0] for result in results(folder)} == {Verdict.PASS}
    spent = sum((result.evaluation_usd for result in results(folder)), Decimal(0))
    assert progress.usd_spent == paid(folder) == spent > still.usd_spent


async def test_a_pause_before_the_judge_is_asked_loses_nothing(created, settings, server, judge):
    folder = created(judge=judge_at(server), case_ids=("few-hola", "few-visita"))
    await run_experiment(folder, settings)
    before = results(folder)
    judge.failure = None
    reopen_errors(folder)
    folder.ask(Control.PAUSE)
    assert (await run_experiment(folder, settings)).status is RunStatus.PAUSED
    assert results(folder) == []
    folder.ask(Control.RUN)
    assert (await run_experiment(folder, settings)).status is RunStatus.FINISHED
    assert [told(result) for result in results(folder)] == [told(result) for result in before]
    assert {judged(result)[0] for result in results(folder)} == {Verdict.PASS}


async def test_pairs_with_answers_of_no_use_are_asked_again_too(created, settings, server, judge):
    judge.failure, judge.fails = BROKEN, "<conversacion_2>"
    folder = created(judge=judge_at(server, pairwise=True), case_ids=("few-versa",))
    await run_experiment(folder, settings)
    assert [record.outcome for record in folder.preferences("abc-2")] == [PairOutcome.UNSCORED]
    judge.failure = None
    assert reopen_errors(folder) == 1
    await run_experiment(folder, settings)
    assert [record.outcome for record in folder.preferences("abc-2")] == [PairOutcome.TIE]


async def test_a_cancel_before_the_judge_is_asked_keeps_what_was_played(created, settings, server, judge):
    folder = created(judge=judge_at(server), case_ids=("few-hola", "few-visita"))
    await run_experiment(folder, settings)
    before = results(folder)
    reopen_errors(folder)
    folder.ask(Control.CANCEL)
    assert (await run_experiment(folder, settings)).status is RunStatus.CANCELLED
    assert results(folder) == before
