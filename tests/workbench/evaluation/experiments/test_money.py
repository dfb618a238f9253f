"""Experiments over real HTTP with prices: the cap, what is kept, and going on with more money."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot_core.errors import ModelNotConfigured, UserError
from bot_core.llm.gateway import ModelSettings
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, Failure, RecordedRequest, greeting_bot, unauthorized
from tests.fakes.spending import spend
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentProgress, JudgeSpec, RunStatus, VariantSpec
from workbench.storage.call_journal import CallJournal, CallState
from workbench.storage.experiment_files import Control

CAP = Decimal("0.01")


def long_answer(request: RecordedRequest) -> Behaviour:
    """Of a model that read 4,000 tokens: with the listed price of gpt-4o-mini 0.0006 USD."""
    answer = greeting_bot(request)
    assert isinstance(answer, Answer)
    return replace(answer, input_tokens=4_000)


@pytest.fixture
def server():
    with ModelServer(long_answer) as started:
        yield started


def model(server: ModelServer, name: str = "openai/gpt-4o-mini", **changes: object) -> ModelSettings:
    return ModelSettings.model_validate({"model": name, "api_base": server.openai_base, "reasks": 0} | changes)


def variants(server: ModelServer) -> tuple[VariantSpec, ...]:
    return tuple(VariantSpec(name=name, model=model(server, temperature=heat)) for name, heat in (("A", 0), ("B", 1)))


async def test_over_budget_keeps_what_was_played_and_goes_on_with_more(created, settings, server):
    folder = created(variants=variants(server), trials=3, budget_usd=CAP)
    seen: list[ExperimentProgress] = []
    progress = await run_experiment(folder, settings, on_progress=seen.append)
    assert progress.status is RunStatus.OVER_BUDGET
    assert 0 < progress.done < progress.total
    assert all(each.usd_spent + each.usd_reserved <= CAP for each in seen)
    assert progress.usd_spent == paid(folder) > 0
    partial = [*folder.results("abc-1"), *folder.results("abc-2")]
    assert len(partial) == progress.done
    asked = len(server.chats)

    again = await run_experiment(folder, settings)
    assert again.status is RunStatus.OVER_BUDGET
    assert len(server.chats) <= asked + 1

    folder.write_spec(folder.spec.model_copy(update={"budget_usd": Decimal(1)}))
    whole = await run_experiment(folder, settings)
    assert whole.status is RunStatus.FINISHED
    results = [*folder.results("abc-1"), *folder.results("abc-2")]
    assert sum(result.bot_usd for result in results) == paid(folder) == whole.usd_spent
    calls = sum(len(turn.trace.calls) for result in results for turn in result.turns)
    assert len(server.chats) == calls


async def test_many_calls_at_once_stay_below_the_cap(created, settings, server):
    """Prices as litellm lists them; 24 conversations at once with almost no money left."""
    both = tuple(
        VariantSpec(name=name, model=model(server, temperature=heat, max_concurrency=64))
        for name, heat in (("A", 0), ("B", 1))
    )
    folder = created(variants=both, trials=10, concurrency=24, budget_usd=CAP)
    progress = await run_experiment(folder, settings)
    assert progress.status is RunStatus.OVER_BUDGET
    assert progress.usd_spent <= CAP
    assert paid(folder) == progress.usd_spent


def test_random_caps_hold_over_bot_judge_and_pairs(tmp_path):
    """benchmarks/proofs.py plays more of them."""
    figures = spend(4, 3, tmp_path)
    assert figures.over == 0
    assert figures.stopped > 0 and figures.most_used > 0.5


async def test_the_judge_and_its_cost_are_counted_apart(created, settings, server):
    def answer(request: RecordedRequest) -> Behaviour:
        if request.body["model"] == "judge-model":
            return Answer("no JSON")
        return greeting_bot(request)

    server.default = answer
    judge = JudgeSpec(model=model(server, "openai/judge-model"))
    folder = created(variants=variants(server)[:1], judge=judge, case_ids=("few-hola",))
    progress = await run_experiment(folder, settings)
    [result] = folder.results("abc-1")
    assert progress.status is RunStatus.FINISHED
    judged = result.score("judge_tone")
    assert judged is not None
    assert judged.verdict == "unscored"
    assert [call.agent for call in result.evaluation_calls]
    assert all(call.agent != "customer" for call in result.evaluation_calls)


async def test_a_model_without_its_key_is_told_of_before_anything_is_played(created, settings, server, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    keyless = VariantSpec(name="B", model=ModelSettings(model="openai/gpt-4o-mini"))
    folder = created(variants=(*variants(server)[:1], keyless))
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        await run_experiment(folder, settings)
    assert server.chats == []
    progress = folder.progress()
    assert (progress.status, progress.done) == (RunStatus.FAILED, 0)
    assert "OPENAI_API_KEY" in (progress.problem or "")
    folder.ask(Control.CANCEL)
    assert (await run_experiment(folder, settings)).status is RunStatus.CANCELLED, "nobody needs a key for that"


@pytest.mark.parametrize(
    ("refusal", "named"),
    [
        (Failure(400, "temperature does not support 0"), "ModelBadRequest"),
        (Failure(422, "unknown field seed"), "ModelBadRequest"),
        (unauthorized(), "ModelNotConfigured"),
        (Failure(404, "the model does not exist", code="model_not_found"), "ModelNotConfigured"),
    ],
)
async def test_a_request_that_is_refused_as_such_makes_errors_and_no_baseline_answers(
    created, settings, server, refusal: Failure, named: str
):
    server.default = refusal
    folder = created(variants=variants(server)[:1])
    progress = await run_experiment(folder, settings)
    assert progress.runs[0].errors == progress.total == 5
    errors = [result.error for result in folder.results("abc-1")]
    assert {error.kind for error in errors if error} == {"NotMeasured"}
    assert all(error and error.message.startswith(named) for error in errors)


async def test_answers_that_a_model_got_wrong_are_dealt_with_as_for_a_customer(created, settings, server):
    server.default = Answer("no JSON")
    folder = created(variants=variants(server)[:1])
    progress = await run_experiment(folder, settings)
    assert progress.runs[0].errors == 0
    calls = [call for result in folder.results("abc-1") for turn in result.turns for call in turn.trace.calls]
    assert calls and all(call.fallback and call.attempts[0].error == "ModelInvalidAnswer" for call in calls)


def paid(folder) -> Decimal:
    return sum(
        (
            line.usd
            for run_id in folder.run_ids()
            for line in CallJournal(folder.calls_path(run_id)).lines()
            if line.state in (CallState.ANSWERED, CallState.FAILED)
        ),
        Decimal(0),
    )


async def test_a_customers_model_is_paid_within_the_budget_and_counted_apart(created, settings, server):
    folder = created(
        variants=(VariantSpec(name="A"),), personas=("ana-primer-auto",), customer=model(server), budget_usd=Decimal(1)
    )
    progress = await run_experiment(folder, settings)
    [result] = folder.results("abc-1")
    assert {call.agent for call in result.evaluation_calls} == {"customer"}
    assert progress.usd_spent == result.evaluation_usd == paid(folder) > 0
    assert result.bot_usd == 0
    assert result.simulated is not None
    # The fake answers without a message: the simulator's fault, not the bot's.
    assert result.simulated.end == "simulator_fault"
    assert result.verdict == "unscored"


async def test_a_replay_asks_no_model_at_all(created, settings, server):
    folder = created(replay=True, judge=JudgeSpec(model=model(server)))
    with pytest.raises(UserError, match="replay"):
        await run_experiment(folder, settings)
    assert server.chats == []
