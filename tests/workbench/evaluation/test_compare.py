from __future__ import annotations

import pytest

from workbench.evaluation.compare import compare, rate
from workbench.records import CaseError, CaseResult, Score, Verdict, overall

PASS, FAIL, ERROR, UNSCORED = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.UNSCORED


def result(case_id: str, verdict: Verdict, trial: int = 1) -> CaseResult:
    scores = (Score(scorer="intent", verdict=verdict),)
    return CaseResult(case_id=case_id, why="a case", trial=trial, verdict=overall(scores), scores=scores)


def test_wilson_intervals():
    # Newcombe (1998), table I: 81 of 263 has the Wilson interval 0.2553 to 0.3662.
    found = rate([PASS] * 81 + [FAIL] * 182)
    assert found.share == pytest.approx(81 / 263)
    assert found.low == pytest.approx(0.2553, abs=5e-5)
    assert found.high == pytest.approx(0.3662, abs=5e-5)


def test_errors_and_unscored_are_no_wrong_answers():
    found = rate([PASS, FAIL, ERROR, UNSCORED, UNSCORED])
    assert (found.passed, found.scored, found.errors, found.unscored, found.share) == (1, 2, 1, 2, 0.5)


def test_nothing_scored_has_no_rate():
    found = rate([UNSCORED, ERROR])
    assert (found.scored, found.share, found.low, found.high) == (0, None, None, None)


def test_only_shared_cases_are_compared():
    found = compare([result("a-a", PASS), result("b-b", PASS)], [result("b-b", PASS), result("c-c", FAIL)])
    assert found.cases == 1
    assert [row.scorer for row in found.scorers] == ["case", "intent"]
    assert all(row.b.scored == 1 for row in found.scorers)


def test_flips_in_both_directions_and_none_with_an_error():
    a = [result("a-a", PASS), result("b-b", FAIL), result("c-c", ERROR), result("d-d", PASS)]
    b = [result("a-a", FAIL), result("b-b", PASS), result("c-c", PASS), result("d-d", UNSCORED)]
    flips = [(flip.case_id, flip.before, flip.after) for flip in compare(a, b).flips if flip.scorer == "intent"]
    assert flips == [("a-a", PASS, FAIL), ("b-b", FAIL, PASS)]


def test_trials_are_cases_of_their_own():
    a = [result("a-a", PASS, 1), result("a-a", FAIL, 2)]
    assert compare(a, a).scorers[1].a.scored == 2


def test_a_case_that_broke_has_an_error_for_every_scorer():
    broken = CaseResult(case_id="a-a", why="broken", verdict=ERROR, error=CaseError(kind="ValueError", message="x"))
    found = compare([result("a-a", PASS)], [broken])
    assert [row.b.errors for row in found.scorers] == [1, 1]
