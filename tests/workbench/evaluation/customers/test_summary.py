from __future__ import annotations

import asyncio

import pytest

from workbench.evaluation.customers.playing import simulate
from workbench.evaluation.customers.records import End, FaultKind, SimulatedConversation, SimulatorFault
from workbench.evaluation.customers.summary import as_case_result, summarise
from workbench.evaluation.statistics.rates import rate_interval
from workbench.records import CaseError, Verdict


def ended(end: End, persona: str = "p", seed: int = 1, **more) -> SimulatedConversation:
    faults = (SimulatorFault(kind=FaultKind.LEFT_ROLE, turn=1, detail="x"),) if end is End.SIMULATOR_FAULT else ()
    reached = end is End.GOAL_REACHED
    return SimulatedConversation(persona_id=persona, seed=seed, end=end, goal_reached=reached, faults=faults, **more)


def test_simulator_faults_are_counted_apart():
    ends = [End.GOAL_REACHED] * 6 + [End.GAVE_UP] * 2 + [End.SIMULATOR_FAULT] * 2
    summary = summarise([ended(end, f"p{number}") for number, end in enumerate(ends)])
    assert summary.goal is not None and summary.simulator_faults is not None
    assert summary.goal.share == pytest.approx(0.75) and summary.goal.observations == 8
    assert summary.simulator_faults.share == pytest.approx(0.2)
    assert (summary.simulator_faults.low, summary.simulator_faults.high) == pytest.approx(rate_interval(2, 10))
    assert summary.faults == {FaultKind.LEFT_ROLE: 2} and summary.ends[End.GAVE_UP] == 2


def test_seeds_of_a_persona_are_not_independent():
    same = summarise(
        [ended(End.GOAL_REACHED if p < 3 else End.GAVE_UP, f"p{p}", s) for p in range(6) for s in range(10)]
    )
    assert same.goal is not None
    assert (same.goal.low, same.goal.high) == pytest.approx(rate_interval(3, 6), abs=0.05)


def test_nothing_fair_gives_no_rate():
    summary = summarise([ended(End.SIMULATOR_FAULT)])
    assert summary.goal is None
    assert summarise([]).simulator_faults is None


def test_a_conversation_becomes_a_result_like_any_other(subject, personas):
    [played] = asyncio.run(simulate(subject, personas[:1]))
    result = as_case_result(played, personas[0], subject.context, trial=2)
    assert (result.case_id, result.trial, result.verdict) == (f"simulated-{personas[0].id}", 2, Verdict.PASS)
    assert {score.scorer for score in result.scores} >= {"goal", "grounding", "language", "length", "formatting"}
    assert result.turns == played.turns


def test_an_english_customer_must_be_answered_in_english(subject, persona_of):
    texts = ["I'm looking for a car under 250 thousand pesos"]
    ann = persona_of(opening=texts, style={"language": "en"})
    [played] = asyncio.run(simulate(subject, [ann]))
    language = as_case_result(played, ann, subject.context, trial=1).score("language")
    assert language is not None and language.verdict is Verdict.PASS
    spanish = persona_of(opening=texts)
    in_spanish = as_case_result(played, spanish, subject.context, trial=1).score("language")
    assert in_spanish is not None and in_spanish.verdict is Verdict.FAIL


def test_faults_and_errors_are_no_wrong_answers(persona_of, subject):
    persona = persona_of(id="p")
    fault = as_case_result(ended(End.SIMULATOR_FAULT), persona, subject.context, trial=1)
    assert fault.verdict is Verdict.UNSCORED and fault.scores[0].verdict is Verdict.UNSCORED
    missed = as_case_result(ended(End.GAVE_UP), persona, subject.context, trial=1)
    assert missed.verdict is Verdict.FAIL and missed.scores[0].reasons == ("turn 0: gave_up",)
    broken = as_case_result(
        ended(End.ERROR, error=CaseError(kind="ModelTimeout", message="x")), persona, subject.context, trial=1
    )
    assert broken.verdict is Verdict.ERROR and broken.scores == ()
