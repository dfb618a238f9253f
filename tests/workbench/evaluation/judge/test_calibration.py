from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.judging import label
from workbench.evaluation.judge.agreement import kappa_of
from workbench.evaluation.judge.calibration import FLOOR, Calibration, calibrate, settled_labels
from workbench.evaluation.judge.label import CONSTRUCTION, Label
from workbench.evaluation.judge.rubric import Rubric, RubricVerdict
from workbench.records import Verdict

PASS, FAIL, UNSCORED = Verdict.PASS, Verdict.FAIL, Verdict.UNSCORED


def says(verdict: Verdict, rubric: Rubric = Rubric.TONE) -> tuple[RubricVerdict, ...]:
    return (RubricVerdict(rubric=rubric, verdict=verdict),)


def judged(good_passed: int, good_failed: int, bad_passed: int, bad_failed: int, unscored: int = 0):
    """Labels and verdicts with these counts."""
    cells = [(PASS, PASS)] * good_passed + [(PASS, FAIL)] * good_failed
    cells += [(FAIL, PASS)] * bad_passed + [(FAIL, FAIL)] * bad_failed + [(PASS, UNSCORED)] * unscored
    labels = [label(f"r{number}", truth, annotator=CONSTRUCTION) for number, (truth, _) in enumerate(cells)]
    return labels, {f"r{number}": says(verdict) for number, (_, verdict) in enumerate(cells)}


def calibrated(*counts: int) -> Calibration:
    labels, judgements = judged(*counts)
    return calibrate(labels, judgements, Rubric.TONE)


def test_the_figures_of_a_known_table():
    """Kappa by hand: agreed 70/100, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so (0.7 - 0.5) / 0.5."""
    found = calibrated(40, 10, 20, 30)
    assert found.kappa.value == pytest.approx(0.4)
    assert found.kappa.low == pytest.approx(0.4 - 1.96 * 0.0909, abs=0.005)
    assert (found.kappa.agreed, found.n) == (0.7, 100)
    assert (found.sensitivity.share, found.specificity.share) == (0.8, 0.6)
    assert found.sensitivity.low == pytest.approx(0.670, abs=0.001)
    assert not found.floor_met
    assert [problem.split()[0] for problem in found.problems()] == ["kappa", "specificity"]


def test_a_good_judge_meets_the_floor():
    found = calibrated(48, 2, 3, 47)
    assert found.floor_met and found.problems() == ()


@pytest.mark.parametrize(
    ("counts", "problem"),
    [
        ((60, 0, 0, FLOOR.each_class - 1), "only 14 bad replies"),
        ((FLOOR.each_class - 1, 0, 0, 60), "only 14 good replies"),
        ((48, 2, 3, 47, 10), "9% of the replies could not be judged"),
        ((30, 20, 0, 50), "sensitivity 60%"),
        ((50, 0, 50, 0), "kappa 0.00"),
    ],
)
def test_what_is_below_the_floor(counts, problem):
    assert any(each.startswith(problem) for each in calibrated(*counts).problems())


def test_a_judge_that_only_says_yes_is_worth_nothing():
    found = calibrated(90, 0, 10, 0)
    assert found.kappa.value == 0 and found.kappa.agreed == 0.9
    assert not found.floor_met


def test_kappa_of_one_answer_only_is_not_defined():
    assert kappa_of([]).value is None
    assert kappa_of([(True, True)] * 5).value is None
    assert kappa_of([(True, True)] * 5).agreed == 1.0


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_kappa_does_not_depend_on_who_is_who(pairs):
    one, two = kappa_of(pairs), kappa_of([(b, a) for a, b in pairs])
    assert one.n == two.n == len(pairs)
    if one.value is not None:
        assert one.value == pytest.approx(two.value)
        assert (one.low is None) == (two.low is None)
        if one.low is not None and one.high is not None:
            assert -1 <= one.low <= one.value <= one.high <= 1


def test_other_rubrics_and_replies_not_asked_are_left_out():
    labels, judgements = judged(20, 0, 0, 20)
    labels += [label("never-asked", FAIL), label("r0", FAIL, rubric=Rubric.HELPFULNESS)]
    assert calibrate(labels, judgements, Rubric.TONE).n == 40
    assert calibrate(labels, judgements, Rubric.HELPFULNESS).n == 0


def test_each_kind_of_defect_is_counted():
    rude = Label.model_validate(label("r1", FAIL).model_dump() | {"defect": "rude", "annotator": CONSTRUCTION})
    found = calibrate([rude, label("r2", FAIL)], {"r1": says(FAIL), "r2": says(PASS)}, Rubric.TONE)
    assert {kind: (share.count, share.n) for kind, share in found.by_defect.items()} == {"rude": (1, 1)}


def at(found: Label, minutes: int) -> Label:
    return found.model_copy(update={"at": datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=minutes)})


def test_people_count_before_construction_and_most_of_them_decide():
    made = label("r", FAIL, annotator=CONSTRUCTION)
    assert settled_labels([made])[0].verdict is FAIL
    assert settled_labels([made, label("r", PASS, annotator="ana")])[0].verdict is PASS
    votes = [made, *(label("r", PASS, annotator=name) for name in "ab"), label("r", FAIL, annotator="c")]
    assert settled_labels(votes)[0].verdict is PASS
    draw = [label("r", PASS, annotator="ana"), label("r", FAIL, annotator="beto")]
    assert settled_labels([made, *draw]) == ()


def test_a_person_may_think_again():
    first, later = at(label("r", FAIL), 0), at(label("r", PASS), 5)
    assert settled_labels([later, first])[0].verdict is PASS
