"""The judge's pairs inside an experiment, over real HTTP: orders, flips, failures, money, kills."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.errors import UserError
from bot_core.llm.gateway import ModelSettings
from tests.fakes.few_cases import few_cases
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, Hang, RecordedRequest, greeting_bot, unauthorized
from tests.fakes.run_zygote import Zygote
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentProgress, ExperimentSpec, JudgeSpec, RunStatus, VariantSpec
from workbench.storage.call_journal import CallJournal, CallState
from workbench.storage.experiment_files import Control, ExperimentFiles, ExperimentFolder, preferences_id
from workbench.storage.preference_files import PairOutcome, read_header

FRIENDLY, CURT = "¡Hola! Con gusto te ayudo, ¿qué auto buscas?", "Hola. ¿Qué buscas?"
CASES = 5
Pick = Callable[[RecordedRequest], Behaviour]


def friendlier(request: RecordedRequest) -> Answer:
    """Says which of the two is the friendly one, wherever it stands."""
    first = FRIENDLY in request.text.partition("<conversacion_2>")[0]
    return Answer({"reason": "más cordial", "better": "1" if first else "2"})


def always_first(_request: RecordedRequest) -> Behaviour:
    return Answer({"reason": "la primera", "better": "1"})


def is_pair(request: RecordedRequest) -> bool:
    return "better" in request.schema.get("properties", {})


class World:
    """A bot that is curt at temperature 0 and friendly at 1, and a judge that compares as `pick` says."""

    def __init__(self, pick: Pick = friendlier) -> None:
        self.pick = pick

    def __call__(self, request: RecordedRequest) -> Behaviour:
        if is_pair(request):
            return self.pick(request)
        if "helpfulness" in request.schema.get("properties", {}):
            verdict = {"reason": "bien", "verdict": "bien"}
            return Answer({"helpfulness": verdict, "tone": verdict, "completeness": verdict})
        answer = greeting_bot(request)
        if isinstance(answer, Answer) and "intents" not in request.schema.get("properties", {}):
            return Answer({"text": FRIENDLY if request.body.get("temperature") else CURT})
        return answer


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def server(world: World) -> Iterator[ModelServer]:
    with ModelServer(world) as started:
        yield started


def model(server: ModelServer, name: str, **changes: object) -> ModelSettings:
    return ModelSettings.model_validate({"model": name, "api_base": server.openai_base, "reasks": 0} | changes)


def asked(server: ModelServer, **changes: object) -> dict[str, object]:
    """What makes an experiment of a curt A and a friendly B, with pairs."""
    heats = (("A", 0), ("B", 1))
    bots = tuple(VariantSpec(name=name, model=model(server, "openai/bot", temperature=heat)) for name, heat in heats)
    judge = JudgeSpec(model=model(server, "openai/gpt-4o-mini", max_tokens=100), pairwise=True)
    return {"variants": bots, "judge": judge, "case_ids": (), **changes}


def pair_calls(folder: ExperimentFolder, run_id: str = "abc-2") -> list[tuple[CallState, Decimal]]:
    return [(line.state, line.usd) for line in CallJournal(folder.calls_path(preferences_id(run_id))).lines()]


def paid(folder: ExperimentFolder) -> Decimal:
    names = [*folder.run_ids(), *map(preferences_id, folder.run_ids())]
    lines = [line for name in names for line in CallJournal(folder.calls_path(name)).lines()]
    return sum((line.usd for line in lines if line.state in (CallState.ANSWERED, CallState.FAILED)), Decimal(0))


async def test_every_case_is_compared_in_both_orders_and_kept_for_good(created, settings, server):
    folder = created(**asked(server))
    progress = await run_experiment(folder, settings)
    assert (progress.status, progress.pairs_done, progress.pairs_total) == (RunStatus.FINISHED, CASES, CASES)
    records = list(folder.preferences("abc-2"))
    assert [record.case_id for record in records] == [result.case_id for result in folder.results("abc-1")]
    assert {record.outcome for record in records} == {PairOutcome.CANDIDATE}
    assert all(len(record.calls) == 2 and len(record.reasons) == 2 and not record.flipped for record in records)
    pairs = [request for request in server.chats if is_pair(request)]
    firsts = [FRIENDLY in request.text.partition("<conversacion_2>")[0] for request in pairs]
    assert (len(pairs), sum(firsts)) == (2 * CASES, CASES)
    header = read_header(folder.preferences_path("abc-2"))
    assert (header.baseline_run, header.candidate_run) == ("abc-1", "abc-2")
    assert (header.judge, header.prompt) == ("openai/gpt-4o-mini", "judge_pair/v001")
    assert not list(folder.path.glob("*preferences.jsonl"))
    of_pairs = sum((call.cost_usd for record in records for call in record.calls), Decimal(0))
    of_runs = sum(
        (result.bot_usd + result.evaluation_usd for run_id in folder.run_ids() for result in folder.results(run_id)),
        Decimal(0),
    )
    assert progress.usd_spent == paid(folder) == of_runs + of_pairs
    assert of_pairs > 0


async def test_an_answer_that_changes_with_the_order_is_a_tie(created, settings, server, world):
    world.pick = always_first
    folder = created(**asked(server))
    await run_experiment(folder, settings)
    records = list(folder.preferences("abc-2"))
    assert [(record.outcome, record.flipped) for record in records] == [(PairOutcome.TIE, True)] * CASES


async def test_a_judge_that_fails_leaves_the_pair_unscored(created, settings, server, world):
    world.pick = lambda _request: Answer("no JSON")
    folder = created(**asked(server))
    assert (await run_experiment(folder, settings)).status is RunStatus.FINISHED
    records = list(folder.preferences("abc-2"))
    assert {record.outcome for record in records} == {PairOutcome.UNSCORED}
    assert all("ModelInvalidAnswer" in record.problem for record in records)


async def test_the_same_words_and_what_broke_off_ask_nobody(created, settings, server):
    with ModelServer(unauthorized()) as refusing:
        bots = (
            VariantSpec(name="A", model=model(server, "openai/bot", temperature=0)),
            VariantSpec(name="B", model=model(server, "openai/bot-2", temperature=0)),
            VariantSpec(name="C", model=model(refusing, "openai/bot-3")),
        )
        folder = created(**asked(server, variants=bots, case_ids=("few-hola",)))
        progress = await run_experiment(folder, settings)
    assert (progress.pairs_done, progress.pairs_total) == (2, 2)
    [same], [broken] = folder.preferences("abc-2"), folder.preferences("abc-3")
    assert (same.outcome, same.same) == (PairOutcome.TIE, True)
    assert broken.outcome is PairOutcome.LEFT_OUT
    assert not any(is_pair(request) for request in server.chats)


async def test_a_judge_of_its_own_words_is_warned_of(created, settings, server):
    folder = created(**asked(server, judge=JudgeSpec(model=model(server, "openai/bot"), pairwise=True)))
    await run_experiment(folder, settings)
    assert {warning.kind for record in folder.preferences("abc-2") for warning in record.warnings} == {"same_model"}
    assert {warning.kind for result in folder.results("abc-1") for warning in result.warnings} == {"same_model"}


async def test_pairs_never_cost_more_than_the_cap_and_go_on_with_more_money(created, settings, server, world):
    world.pick = lambda request: replace(friendlier(request), input_tokens=1_500)
    whole = created(**asked(server))
    price = (await run_experiment(whole, settings)).usd_spent
    judging = sum((result.evaluation_usd for name in whole.run_ids() for result in whole.results(name)), Decimal(0))
    assert judging < price
    # Enough for the runs, not for all pairs: each order costs 0.00024 USD.
    cap = judging + Decimal("0.0015")
    folder = ExperimentFiles(whole.path.parent).create(whole.spec.model_copy(update={"budget_usd": cap}), "capped")
    before, seen = len(server.chats), list[ExperimentProgress]()
    progress = await run_experiment(folder, settings, on_progress=seen.append)
    assert progress.status is RunStatus.OVER_BUDGET
    assert progress.done == progress.total and 0 < progress.pairs_done < progress.pairs_total
    assert all(each.usd_spent + each.usd_reserved <= cap for each in seen)
    assert progress.usd_spent == paid(folder) <= cap
    folder.write_spec(folder.spec.model_copy(update={"budget_usd": Decimal(1)}))
    again = await run_experiment(folder, settings)
    assert (again.status, again.pairs_done) == (RunStatus.FINISHED, CASES)
    assert len(server.chats) - before == before, "no call was paid twice"
    assert again.usd_spent == price


async def test_a_pause_between_pairs_keeps_them_and_a_cancelled_experiment_files_them(created, settings, server, world):
    folder = created(**asked(server, concurrency=1))

    looks, seen = list[ExperimentProgress](), threading.Event()

    def pausing(request: RecordedRequest) -> Behaviour:
        """Answers once the runner has looked at what is wanted of it."""
        folder.ask(Control.PAUSE)
        assert seen.wait(60)
        return friendlier(request)

    def watching(progress: ExperimentProgress) -> None:
        looks.extend([progress] if folder.asked() is Control.PAUSE else [])
        if len(looks) > 1:
            seen.set()

    world.pick = pausing
    progress = await run_experiment(folder, settings, on_progress=watching)
    assert progress.status is RunStatus.PAUSED
    assert progress.done == progress.total
    assert {look.seconds_left for look in looks} == {None}, "how long pairs take is not known"
    some = list(folder.preferences("abc-2"))
    assert progress.pairs_done == len(some) == 1
    folder.ask(Control.CANCEL)
    assert (await run_experiment(folder, settings)).status is RunStatus.CANCELLED
    assert folder.preferences_path("abc-2").exists()
    assert list(folder.preferences("abc-2")) == some


@pytest.mark.timeout(300)
def test_a_kill_between_the_two_orders_does_not_pay_the_first_again(tmp_path: Path, server, world, settings):
    """In a real process. The second order never comes back; then the process is killed."""
    few_cases(tmp_path / "golden")
    spec = ExperimentSpec.model_validate(
        {"name": "k", **asked(server, case_ids=("few-hola",), dataset_path=str(tmp_path / "golden"))}
    )
    folder = ExperimentFiles(tmp_path / "var" / "experiments").create(spec, "abc")
    hung = threading.Event()

    def stuck(request: RecordedRequest) -> Behaviour:
        if FRIENDLY in request.text.partition("<conversacion_2>")[0]:
            hung.set()
            return Hang()
        return friendlier(request)

    world.pick = stuck
    zygote = Zygote(tmp_path / "zygote.log")
    try:
        process = zygote.run(tmp_path / "var", "abc")
        assert hung.wait(120)
        pause = threading.Event()
        while CallState.ANSWERED not in [state for state, _ in pair_calls(folder)]:
            pause.wait(0.01)
        assert process.kill()
        assert folder.progress().status is RunStatus.INTERRUPTED
        world.pick = friendlier
        assert zygote.run(tmp_path / "var", "abc").wait() == 0, (tmp_path / "zygote.log").read_text()[-2000:]
    finally:
        zygote.close()
    pairs = [request.text for request in server.chats if is_pair(request)]
    firsts = [FRIENDLY in text.partition("<conversacion_2>")[0] for text in pairs]
    assert (firsts.count(False), firsts.count(True)) == (1, 2), "only the order that was under way is asked again"
    [record] = folder.preferences("abc-2")
    assert record.outcome is PairOutcome.CANDIDATE
    states = [state for state, _ in pair_calls(folder)]
    assert states.count(CallState.ANSWERED) == 2 and states.count(CallState.STARTED) == 3
    lost = next(usd for state, usd in pair_calls(folder) if state is CallState.STARTED)
    assert folder.progress().usd_spent == paid(folder) + lost, "what nobody saw the end of counts with its bound"


async def test_the_embedded_rules_compare_nothing(created, settings):
    folder = created(judge=JudgeSpec(model=ModelSettings(), pairwise=True))
    with pytest.raises(UserError, match="rules do not compare"):
        await run_experiment(folder, settings)


async def test_one_variant_alone_has_no_pairs(created, settings, server):
    alone = (VariantSpec(name="A", model=model(server, "openai/bot", temperature=0)),)
    folder = created(**asked(server, variants=alone, case_ids=("few-hola",)))
    progress = await run_experiment(folder, settings)
    assert (progress.status, progress.pairs_total) == (RunStatus.FINISHED, 0)
