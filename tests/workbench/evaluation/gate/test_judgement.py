from __future__ import annotations

from datetime import date

import pytest

from tests.fakes.gated import judged, played, suite_run
from workbench.evaluation.gate.baseline import bless
from workbench.evaluation.gate.judgement import MARGIN, Outcome, judge
from workbench.evaluation.scorers.table import HARD

TODAY = date(2026, 11, 24)


def against(before, after, floors: dict[str, float] | None = None):
    """The judgement of `after` when `before` was blessed."""
    baseline = bless([suite_run(*before)], "first baseline", TODAY)
    return judge([suite_run(*after, floors=floors)], baseline)


def cases(count: int, *failing: int, scorer: str = "slots"):
    return [played(f"case-{number}", *([scorer] if number in failing else [])) for number in range(count)]


def test_nothing_lost_is_ok():
    judgement = against(cases(30, 3), cases(30, 3))
    assert judgement.outcome is Outcome.OK
    assert judgement.problems == ()


@pytest.mark.parametrize("scorer", HARD)
def test_a_hard_rule_has_no_tolerance_even_when_it_was_blessed(scorer):
    judgement = against(cases(200, 1, scorer=scorer), cases(200, 1, scorer=scorer))
    assert judgement.outcome is Outcome.REGRESSION
    [problem] = judgement.problems
    assert (problem.case_id, problem.message) == ("case-1", f"{scorer}: turn 1: wrong")


def test_a_hard_rule_needs_no_baseline():
    assert judge([suite_run(*cases(3, 1, scorer="grounding"))], None).outcome is Outcome.REGRESSION
    assert judge([suite_run(*cases(3, 1))], None).outcome is Outcome.OK


def test_losses_within_the_margin_are_told_but_no_regression():
    judgement = against(cases(200), cases(200, 1, 2, 3, 4))
    assert judgement.outcome is Outcome.OK
    assert [result.case_id for result in judged(judgement, "slots").lost] == ["case-1", "case-2", "case-3", "case-4"]


def test_more_than_the_margin_is_a_regression():
    assert MARGIN * 30 < 1
    judgement = against(cases(30), cases(30, 7))
    assert judgement.outcome is Outcome.REGRESSION
    assert "slots: 1 cases lost, 0 won, of 30" in judgement.problems[0].message


def test_five_losses_and_no_win_are_no_chance_however_large_the_set():
    judgement = against(cases(1000), cases(1000, *range(5)))
    assert judged(judgement, "slots").p_value == pytest.approx(1 / 32)
    assert judgement.outcome is Outcome.REGRESSION


def test_losses_that_wins_make_up_for_are_no_regression():
    judgement = against(cases(30, 1, 2), cases(30, 3, 4))
    scorer = judged(judgement, "slots")
    assert (len(scorer.lost), len(scorer.won)) == (2, 2)
    assert judgement.outcome is Outcome.OK


def test_new_and_removed_cases_are_told_and_not_compared():
    judgement = against(cases(3), [*cases(2), played("case-new", "slots")])
    [suite] = judgement.suites
    assert (suite.unblessed, suite.removed) == (("case-new",), ("case-2",))
    assert judgement.outcome is Outcome.OK


def test_a_floor_holds_whatever_was_blessed():
    before = cases(20, 1, 2, scorer="intent")
    assert against(before, before).outcome is Outcome.OK
    judgement = against(before, before, {"intent": 0.95})
    assert [problem.message for problem in judgement.problems] == ["intent: 90.0% is below 95%"]


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("StaleCassette", Outcome.STALE), ("StoreError", Outcome.INFRASTRUCTURE), ("ValueError", Outcome.INFRASTRUCTURE)],
)
def test_what_could_not_be_judged_is_no_wrong_answer(kind, outcome):
    judgement = against(cases(2), [played("case-0"), played("case-1", error=kind)])
    assert judgement.outcome is outcome
    assert judged(judgement, "slots").lost == ()


def test_a_scorer_that_breaks_is_infrastructure():
    assert judge([suite_run(played("case-0", broken="plan"))], None).outcome is Outcome.INFRASTRUCTURE


def test_cassettes_as_a_set_may_be_stale():
    assert judge([suite_run(*cases(1))], None, stale=["x.yaml: orphan"]).outcome is Outcome.STALE
    assert judge([suite_run(*cases(1), stale=("half played",))], None).outcome is Outcome.STALE


def test_a_regression_comes_before_what_could_not_be_looked_at():
    judgement = against(cases(3), [played("case-0", error="StaleCassette"), played("case-1", "safety")])
    assert {problem.outcome for problem in judgement.problems} == {Outcome.REGRESSION, Outcome.STALE}
    assert judgement.outcome is Outcome.REGRESSION
