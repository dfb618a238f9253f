from __future__ import annotations

from tests.fakes.found import P, plans
from tests.fakes.judging import JUDGE
from workbench.cli.notes import warnings
from workbench.evaluation.findings import findings
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.judge.rubric import JUDGE_SCORERS
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page
from workbench.records import CaseResult


def test_a_dead_judge_is_named_with_what_is_missing(make):
    dead = [make.judged(result, 1) for result in plans([], "5000", cases=4)]
    alive = [make.judged(result) for result in plans([], "5000", cases=4)]
    found = findings([dead, alive], ["A", "B"], judge=JUDGE)
    [one] = found.unjudged
    assert (one.metrics, one.variant, one.replies, len(one.keys), one.missing) == (("judge_tone",), "A", 4, 4, True)
    assert one.example == "the judge failed: ModelUnavailable: no answer"
    assert found.variants[0].rate("judge_tone") is None
    for said in (page(found), summary(found)):
        assert "no calificó ninguna de las 4 respuestas de «A» (4 conversaciones)" in said
        assert "por eso no hay datos de tono según el juez." in said
    assert as_data(found)["unjudged"][0]["replies"] == 4


def test_replies_are_counted_and_what_is_left_is_told(make):
    turns = [make.turn("uno"), make.turn("dos"), make.turn("tres")]
    results = [make.judged(make.played("case-1", *turns, intent=P), 1, 3), make.judged(make.played("case-2", intent=P))]
    found = findings([results], ["A"])
    [one] = found.unjudged
    assert (one.replies, one.keys, one.missing) == (2, ("case-1",), False)
    assert "no calificó 2 respuestas de «A»" in summary(found)
    assert "su conversación no cuenta en tono según el juez." in summary(found)


def test_a_failing_judge_is_one_warning_for_each_variant_that_names_its_rubrics(make):
    def dead(result: CaseResult) -> CaseResult:
        for rubric in JUDGE_SCORERS:
            result = make.judged(result, 1, rubric=rubric)
        return result

    results = [[dead(result) for result in plans([], "5000", cases=4)] for _ in "AB"]
    found = findings(results, ["A", "B"], judge=JUDGE)
    assert [(one.variant, one.metrics) for one in found.unjudged] == [("A", JUDGE_SCORERS), ("B", JUDGE_SCORERS)]
    named = "no hay datos de utilidad según el juez, tono según el juez, respuesta completa según el juez."
    for said in (page(found), summary(found)):
        assert said.count("El juez no calificó ninguna") == said.count(named) == 2
    assert len([line for line in warnings(found) if "the judge left" in line]) == 2


def test_a_rubric_that_failed_elsewhere_is_told_of_apart(make):
    one = make.judged(make.judged(make.played("case-1", intent=P), 1), rubric="judge_helpfulness")
    other = make.judged(make.judged(make.played("case-2", intent=P)), 1, rubric="judge_helpfulness")
    told = findings([[one, other]], ["A"]).unjudged
    assert [(each.metrics, each.keys) for each in told] == [
        (("judge_helpfulness",), ("case-2",)),
        (("judge_tone",), ("case-1",)),
    ]


def test_a_conversation_that_broke_off_is_no_failure_of_the_judge(make):
    broken = make.judged(make.played("case-1", error="slow"))
    [score] = broken.scores
    unscored = score.model_copy(update={"verdict": "unscored", "reasons": ("the conversation broke off",)})
    assert findings([[broken.model_copy(update={"scores": (unscored,)})]], ["A"]).unjudged == ()
