from __future__ import annotations

from typing import Any

import pytest

from bot_core.llm.gateway import ModelSettings
from tests.fakes.found import Make, P
from workbench.evaluation.findings import findings
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.evaluation.report.experiment.page import page
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level
from workbench.records import JudgeSpec


@pytest.fixture
def results(make: Make) -> Any:
    def run(bad: int) -> Any:
        scored: Any = [{"judge_tone": ("mal: seco",) if number < bad else P} for number in range(20)]
        return [make.played(f"case-{number}", **scores) for number, scores in enumerate(scored)]

    return run(10), run(4)


def test_a_calibrated_judge_corrects_its_rates(results):
    found = findings(results, ["A", "B"], judge=RULE_JUDGE)
    [tone] = found.judge
    assert tone.metric == "judge_tone" and tone.labelled > 100
    assert tone.kappa is not None and tone.kappa_low is not None and tone.kappa_low < tone.kappa
    assert tone.sensitivity_low and tone.sensitivity_high and tone.sensitivity
    assert tone.sensitivity_low < tone.sensitivity < tone.sensitivity_high
    assert tone.prompt == "rules/v001", "the rules read no prompt"
    assert [(one.variant, one.observed) for one in tone.corrected] == [("A", 0.5), ("B", 0.8)]
    assert all(one.low <= one.observed <= one.high or one.share is not None for one in tone.corrected)
    text = page(found)
    assert "tono según el juez" in text and "B, corregida" in text
    for share, low, high in (
        (tone.sensitivity, tone.sensitivity_low, tone.sensitivity_high),
        (tone.specificity, tone.specificity_low, tone.specificity_high),
    ):
        ends = " a ".join(level(end or 0.0, Unit.SHARE) for end in (low, high))
        assert f'<td class="num">{level(share or 0.0, Unit.SHARE)}<br><span class="soft">{ends}</span></td>' in text
    assert tone.problems and not any(problem in text for problem in tone.problems), "a Spanish report"
    assert text.count("quedó por debajo del mínimo") == 2, "beside the rubric and, for paper, below the table"


def test_a_judge_that_was_never_calibrated(results):
    found = findings(results, ["A", "B"], judge=JudgeSpec(model=ModelSettings(model="openai/nobody")))
    [tone] = found.judge
    assert tone.problems == ("never calibrated",) and tone.kappa is None
    assert [(one.share, one.low, one.high) for one in tone.corrected] == [(None, 0.0, 1.0)] * 2
    text = page(found)
    assert "never calibrated" not in text
    assert text.count("Este juez no se ha calibrado") == 2


def test_a_judge_whose_prompt_is_gone_is_as_good_as_uncalibrated(results):
    gone = JudgeSpec(model=ModelSettings(model="openai/nobody"), prompt="judge/v999")
    assert findings(results, ["A", "B"], judge=gone).judge[0].problems == ("never calibrated",)


def test_without_a_judge_there_is_nothing_to_say(results):
    assert findings(results, ["A", "B"]).judge == ()
    assert "El juez" not in page(findings(results, ["A", "B"]))
