from __future__ import annotations

import pytest

from tests.fakes.judging import said, talk
from workbench.evaluation.judge.metrics import judge_metrics, reply_verdicts
from workbench.evaluation.statistics.metrics import measure
from workbench.evaluation.statistics.rates import rate_of
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import CaseResult, Score, Verdict


def judged(case_id: str, verdict: Verdict, *reasons: str, turns: int = 3) -> CaseResult:
    talked = talk(*(said("hola", "¡Hola!", turn=turn) for turn in range(turns)), case_id=case_id)
    return talked.model_copy(update={"scores": (Score(scorer="judge_tone", verdict=verdict, reasons=reasons),)})


def test_each_reply_is_an_observation_of_its_conversation():
    results = [
        judged("a", Verdict.PASS),
        judged("b", Verdict.FAIL, "turn 2: regaña"),
        judged("c", Verdict.FAIL, "turn 1: x", "turn 3: y"),
        judged("d", Verdict.UNSCORED, "turn 1: the judge failed"),
    ]
    observed = measure(results, judge_metrics()).of("judge_tone")
    assert {case: (one.total, one.count) for case, one in observed.items()} == {"a": (3, 3), "b": (2, 3), "c": (1, 3)}
    rate = rate_of(observed.values())
    assert rate and (rate.conversations, rate.observations) == (3, 9)
    assert rate.share == pytest.approx(6 / 9)


def test_what_was_not_judged_is_no_observation():
    assert reply_verdicts(None, 2) == ()
    assert reply_verdicts(Score(scorer="judge_tone", verdict=Verdict.FAIL), 3) == (False,)
    assert reply_verdicts(Score(scorer="judge_tone", verdict=Verdict.ERROR), 2) == ()


@pytest.mark.parametrize("metric", judge_metrics(), ids=lambda metric: metric.name)
def test_they_have_a_spanish_name(metric):
    assert metric_label(metric.name) != metric.name
