from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.messages import BotReply, InboundMessage
from bot_core.sessions.state import ConversationState
from bot_core.trace import Finding, GuardrailOutcome, TurnTrace
from tests.fakes.activity import NOON, turn_row
from workbench.records import CaseResult, Score, TurnRecord, Verdict
from workbench.runner.review.items import is_of_run
from workbench.runner.review.sampling import Sample, Sampling, run_sample, stored_sample
from workbench.storage.activity.index import ActivityIndex
from workbench.storage.activity.rows import OpinionRow


@pytest.fixture
def index() -> Iterator[ActivityIndex]:
    opened = ActivityIndex()
    yield opened
    opened.close()


def stored(
    index: ActivityIndex, sampling: Sampling, listed: tuple[str, ...] = (), *, size: int = 20, seed: int = 1
) -> list[str]:
    return [item.tracking_id for item in stored_sample(index, Sample(sampling, size=size, seed=seed), listed)]


def turn(name: str, *, rule: str = "", confidence: float = 1.0) -> TurnRecord:
    findings = [Finding(rule=rule, excerpt="x", start=0, end=1, message="")] if rule else []
    detail = IntentDetail(intent=Intent.GREETING, confidence=confidence)
    trace = TurnTrace(
        tracking_id=name,
        release_id="r",
        intention=UserIntentionResponse(intents=[detail]),
        guardrails=[GuardrailOutcome(agent="greeting", draft="x", findings=findings)],
    )
    state = ConversationState(conversation_id="c")
    return TurnRecord(
        messages=(InboundMessage(text="55 1234 5678"),), reply=BotReply(text="x"), trace=trace, state=state
    )


def result(case: str, *turns: TurnRecord, reasons: tuple[str, ...] = ()) -> CaseResult:
    verdict = Verdict.FAIL if reasons else Verdict.PASS
    scores = (Score(scorer="cars", verdict=verdict, reasons=reasons),)
    return CaseResult(case_id=case, why="w", verdict=verdict, scores=scores, turns=turns)


def test_stored_replies_by_what_happened_to_them(index: ActivityIndex):
    index.add_turns(
        [turn_row(1), turn_row(2, findings=("amount",)), turn_row(3, confidence=0.4), turn_row(4, confidence=0.9)]
    )
    index.put_opinions([OpinionRow("t1", "customer", False, NOON), OpinionRow("t2", "customer", True, NOON)])
    assert stored(index, Sampling.DOWN) == ["t1"]
    assert stored(index, Sampling.FINDING) == ["t2"]
    assert stored(index, Sampling.LOW_CONFIDENCE) == ["t3"]
    assert stored(index, Sampling.SECOND, ("t4", "t9")) == ["t4"]
    assert stored(index, Sampling.LOW_SCORE) == []
    assert sorted(stored(index, Sampling.RANDOM)) == ["t1", "t2", "t3", "t4"]


def test_a_seed_gives_its_sample_again(index: ActivityIndex):
    index.add_turns([turn_row(number) for number in range(60)])
    first = stored(index, Sampling.RANDOM, seed=1, size=10)
    assert stored(index, Sampling.RANDOM, seed=1, size=10) == first
    assert stored(index, Sampling.RANDOM, seed=1, size=20)[:10] == first
    assert stored(index, Sampling.RANDOM, seed=2, size=10) != first


def test_the_customers_words_are_shown_without_personal_data(index: ActivityIndex):
    index.add_turns([turn_row(1, "soy Ana, 55 1234 5678", name="Ana", findings=("amount", "promise"))])
    [item] = stored_sample(index, Sample(Sampling.FINDING))
    assert ("Ana" in item.said, "5678" in item.said, item.why) == (False, False, "amount, promise")


def test_a_run_is_sampled_at_the_turn_that_failed():
    results = [
        result("uno", turn("a1"), turn("a2"), reasons=("turn 1: car 7 is missing",)),
        result("dos", turn("b1"), turn("b2"), reasons=("the lead was not made",)),
        result("tres", turn("c1")),
    ]
    items = run_sample("run-1", results, Sample(Sampling.LOW_SCORE))
    assert {item.tracking_id: item.why for item in items} == {
        "a1": "cars: turn 1: car 7 is missing",
        "b2": "cars: the lead was not made",
    }
    assert {item.conversation_id for item in items} == {"run:run-1/uno/1", "run:run-1/dos/1"}
    assert all(is_of_run(item.conversation_id) and "5678" not in item.said for item in items)


def test_a_run_is_sampled_by_findings_confidence_opinion_and_chance():
    results = [result("uno", turn("a1", rule="amount"), turn("a2", confidence=0.3)), result("dos", turn("b1"))]

    def names(sampling: Sampling, **chosen: list[str]) -> list[str]:
        return sorted(item.tracking_id for item in run_sample("r", results, Sample(sampling), **chosen))

    assert names(Sampling.FINDING) == ["a1"]
    assert names(Sampling.LOW_CONFIDENCE) == ["a2"]
    assert names(Sampling.SECOND, listed=["b1"]) == ["b1"]
    assert names(Sampling.DOWN, downs=["a2"]) == ["a2"]
    assert names(Sampling.RANDOM) == ["a1", "a2", "b1"]


def test_a_reason_that_names_a_turn_too_far_is_of_the_last_one():
    [item] = run_sample("r", [result("uno", turn("a1"), reasons=("turn 9: x",))], Sample(Sampling.LOW_SCORE))
    assert item.tracking_id == "a1"
    empty = result("dos", reasons=("no turn was played",))
    assert run_sample("r", [empty], Sample(Sampling.LOW_SCORE)) == ()
