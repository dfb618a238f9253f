from __future__ import annotations

import pytest

from bot_core.store.reviews import Annotation, ReviewVerdict
from workbench.evaluation.judge.rubric import Rubric
from workbench.runner.review.agreement import agreements
from workbench.runner.review.labelling import TAGS, failed_rubrics


def said(who: str, turn: str, passed: bool, *tags: str) -> Annotation:
    verdict = ReviewVerdict.PASS if passed else ReviewVerdict.FAIL
    return Annotation(tracking_id=turn, annotator=who, conversation_id=f"c-{turn}", verdict=verdict, tags=tags)


def test_two_people_on_the_replies_that_both_judged():
    ana = [said("Ana", f"t{n}", passed=n < 6) for n in range(10)]
    eva = [said("Eva", f"t{n}", passed=n < 5) for n in range(12)]
    [pair] = agreements([*ana, *eva])
    assert (pair.one, pair.other, pair.kappa.n, pair.kappa.agreed) == ("Ana", "Eva", 10, 0.9)
    # By hand: po = 0.9, pe = 0.6 * 0.5 + 0.4 * 0.5 = 0.5.
    assert pair.kappa.value == pytest.approx(0.8)
    assert pair.apart == (("c-t5", "t5"),)
    assert 0.55 < pair.low < 0.9 < pair.high < 1.0


def test_nobody_agrees_with_nobody():
    assert agreements([]) == ()
    assert agreements([said("Ana", "t1", passed=True), said("Eva", "t2", passed=True)]) == ()


def test_pairs_with_more_in_common_come_first():
    all_of = [said(who, f"t{n}", passed=n % 2 == 0) for who in ("Ana", "Eva") for n in range(4)]
    pairs = agreements([*all_of, said("Zoe", "t0", passed=False)])
    assert [(pair.one, pair.other) for pair in pairs] == [("Ana", "Eva"), ("Ana", "Zoe"), ("Eva", "Zoe")]


def test_tags_tell_which_rubric_failed():
    assert failed_rubrics(said("Ana", "t", True, "tone")) == {}
    assert failed_rubrics(said("Ana", "t", False)) == {Rubric.HELPFULNESS: None}
    assert failed_rubrics(said("Ana", "t", False, "of another version")) == {Rubric.HELPFULNESS: None}
    assert failed_rubrics(said("Ana", "t", False, "too_long", "tone", "incomplete")) == {
        Rubric.TONE: "too_long",
        Rubric.COMPLETENESS: "incomplete",
    }
    assert set(TAGS.values()) == set(Rubric)
