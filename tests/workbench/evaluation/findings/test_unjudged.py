from __future__ import annotations

from tests.fakes.found import P, plans
from tests.fakes.judging import JUDGE
from workbench.evaluation.findings import findings
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page


def test_a_dead_judge_is_named_with_what_is_missing(make):
    dead = [make.judged(result, 1) for result in plans([], "5000", cases=4)]
    alive = [make.judged(result) for result in plans([], "5000", cases=4)]
    found = findings([dead, alive], ["A", "B"], judge=JUDGE)
    [one] = found.unjudged
    assert (one.metric, one.variant, one.replies, len(one.keys), one.missing) == ("judge_tone", "A", 4, 4, True)
    assert one.example == "the judge failed: ModelUnavailable: no answer"
    assert found.variants[0].rate("judge_tone") is None
    for said in (page(found), summary(found)):
        assert "no calificó ninguna de las 4 respuestas de «A» en tono según el juez (4 conversaciones)" in said
        assert "por eso falta esa medida" in said
    assert as_data(found)["unjudged"][0]["replies"] == 4


def test_replies_are_counted_and_what_is_left_is_told(make):
    turns = [make.turn("uno"), make.turn("dos"), make.turn("tres")]
    results = [make.judged(make.played("case-1", *turns, intent=P), 1, 3), make.judged(make.played("case-2", intent=P))]
    found = findings([results], ["A"])
    [one] = found.unjudged
    assert (one.replies, one.keys, one.missing) == (2, ("case-1",), False)
    assert "no calificó 2 respuestas de «A»" in summary(found) and "no entran en esa medida" in summary(found)


def test_a_conversation_that_broke_off_is_no_failure_of_the_judge(make):
    broken = make.judged(make.played("case-1", error="slow"))
    [score] = broken.scores
    unscored = score.model_copy(update={"verdict": "unscored", "reasons": ("the conversation broke off",)})
    assert findings([[broken.model_copy(update={"scores": (unscored,)})]], ["A"]).unjudged == ()
