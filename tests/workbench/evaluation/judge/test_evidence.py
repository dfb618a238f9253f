"""A judge's scores count only when the judge that gave them was calibrated and reached the floor."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot_core.errors import DatasetError
from tests.fakes.judging import JUDGE, judge_call, label, said, talk
from workbench.evaluation.gate.judgement import judge as judge_runs
from workbench.evaluation.gate.suites import Suite, SuiteResult
from workbench.evaluation.judge.evidence import Calibrations
from workbench.evaluation.judge.label import CONSTRUCTION
from workbench.evaluation.judge.record import (
    JudgeCalibration,
    JudgeIdentity,
    calibration_path,
    identity_of,
    read_calibration,
    rubric_calibrations,
    write_calibration,
)
from workbench.evaluation.judge.rubric import JUDGE_SCORERS, Rubric, RubricVerdict
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.records import CaseResult, Score, VariantSpec, Verdict

IDENTITY = identity_of(JUDGE)
EMPTY_SET = "e3b0c44298fc"


def calibration(
    judge: JudgeIdentity = IDENTITY, *, wrong: int = 2, held_out: bool = True, **changes
) -> JudgeCalibration:
    """On 40 good and 40 bad replies, `wrong` of each judged wrongly."""
    labels, judgements = [], {}
    for rubric in Rubric:
        for number in range(80):
            truth = Verdict.PASS if number < 40 else Verdict.FAIL
            made = label(f"{rubric}-{number}", truth, annotator=CONSTRUCTION, rubric=rubric)
            labels.append(made.model_copy(update={"held_out": held_out}))
            other = Verdict.FAIL if truth is Verdict.PASS else Verdict.PASS
            verdict = other if number % 40 < wrong else truth
            judgements[f"{rubric}-{number}"] = (RubricVerdict(rubric=rubric, verdict=verdict),)
    found = JudgeCalibration(
        judge=judge,
        labelled=EMPTY_SET,
        labels=len(labels),
        replies=80,
        labelled_replies=80,
        made_on=date(2026, 11, 24),
        how="live",
        rubrics=rubric_calibrations(labels, judgements),
    )
    return found.model_copy(update=changes)


@pytest.fixture
def calibrations(tmp_path: Path) -> Calibrations:
    (tmp_path / "labelled").mkdir()
    return Calibrations(reports=tmp_path / "reports", labelled=tmp_path / "labelled")


def judged(*failing: str, judge: JudgeIdentity = IDENTITY, bot: str = "offline", case_id: str = "c") -> CaseResult:
    scores = tuple(
        Score(scorer=name, verdict=Verdict.FAIL, reasons=("turn 1: mal",))
        if name in failing
        else Score(scorer=name, verdict=Verdict.PASS)
        for name in JUDGE_SCORERS
    )
    call = judge_call(judge.model, judge.prompt, judge.prompt_hash)
    return talk(said("hola", "¡Hola!", model=bot), case_id=case_id).model_copy(
        update={"scores": scores, "evaluation_calls": (call,)}
    )


def test_a_judge_above_its_floor_counts(calibrations):
    write_calibration(calibration(), calibrations.reports)
    found = calibrations.evidence([judged(), judged()])
    assert found.accepted == JUDGE_SCORERS and found.refused == {}
    assert found.calibration == calibration()


def refusal(calibrations: Calibrations, *results: CaseResult) -> str:
    found = calibrations.evidence(results)
    assert found.accepted == () and set(found.refused) == set(JUDGE_SCORERS)
    return found.refused["judge_tone"]


def test_why_a_judge_is_refused(calibrations):
    assert "never calibrated" in refusal(calibrations, judged())
    write_calibration(calibration(wrong=14), calibrations.reports)
    assert "below the floor: kappa 0.30" in refusal(calibrations, judged())
    write_calibration(calibration(labelled="000000000000"), calibrations.reports)
    assert "other labelled replies" in refusal(calibrations, judged())
    other_text = IDENTITY.model_copy(update={"prompt_hash": "0" * 64})
    write_calibration(calibration(), calibrations.reports)
    assert "another text of the prompt" in refusal(calibrations, judged(judge=other_text))
    assert "several judges" in refusal(calibrations, judged(), judged(judge=other_text))
    assert "judged its own replies" in refusal(calibrations, judged(bot=IDENTITY.model))
    unsigned = judged().model_copy(update={"evaluation_calls": ()})
    assert "nothing says" in refusal(calibrations, unsigned)


def test_no_scores_of_a_judge_are_nothing_to_refuse(calibrations):
    found = calibrations.evidence([talk(said("hola", "¡Hola!"))])
    assert (found.accepted, found.refused, found.calibration) == ((), {}, None)


def test_a_model_has_to_beat_the_rules(calibrations):
    write_calibration(calibration(wrong=4), calibrations.reports)
    write_calibration(calibration(identity_of(RULE_JUDGE), wrong=1), calibrations.reports)
    assert "does not beat that of the embedded rules, 0.95" in refusal(calibrations, judged())


def test_the_rules_are_held_to_what_they_were_not_written_for():
    seen = calibration(identity_of(RULE_JUDGE), wrong=0, held_out=False)
    assert seen.rubrics[Rubric.TONE].every.floor_met
    assert any("not written for" in problem for problem in seen.problems(Rubric.TONE))


def test_one_rubric_may_count_without_the_others(calibrations):
    good, bad = calibration(), calibration(wrong=20)
    mixed = good.model_copy(update={"rubrics": {**bad.rubrics, Rubric.TONE: good.rubrics[Rubric.TONE]}})
    write_calibration(mixed, calibrations.reports)
    found = calibrations.evidence([judged()])
    assert found.accepted == ("judge_tone",) and set(found.refused) == {"judge_helpfulness", "judge_completeness"}


def test_the_state_changes_with_a_calibration(calibrations):
    before = calibrations.state()
    write_calibration(calibration(), calibrations.reports)
    assert calibrations.state() != before


def test_a_calibration_is_read_back_as_it_was(tmp_path):
    path = write_calibration(calibration(), tmp_path)
    assert path.name == "judge-1.judge-v001.json"
    assert read_calibration(IDENTITY, tmp_path) == calibration()
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(DatasetError, match="no calibration"):
        read_calibration(IDENTITY, tmp_path)
    assert calibration_path(identity_of(RULE_JUDGE), tmp_path).name == "offline.rules-v001.json"


def run_of(*results: CaseResult) -> SuiteResult:
    return SuiteResult(Suite(VariantSpec(name="v"), "golden"), results)


def test_the_gate_compares_a_judge_only_when_it_may_count(calibrations):
    run = run_of(*(judged("judge_tone", case_id=f"c{number}") for number in range(5)))
    refused = judge_runs([run], None, calibrations=calibrations).suites[0]
    assert "never calibrated" in refused.refused["judge_tone"]
    assert "judge_tone" not in [each.scorer for each in refused.scorers]
    write_calibration(calibration(), calibrations.reports)
    accepted = judge_runs([run], None, calibrations=calibrations).suites[0]
    assert accepted.refused == {}
    assert next(each for each in accepted.scorers if each.scorer == "judge_tone").rate.share == 0
