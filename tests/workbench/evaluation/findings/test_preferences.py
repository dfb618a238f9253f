from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from bot_core.llm.gateway import ModelSettings
from tests.fakes.found import plans, preference, preferred, stored
from tests.fakes.judging import JUDGE
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.findings.preferences import preference_finding
from workbench.evaluation.findings.stored import experiment_findings
from workbench.evaluation.judge.asked import LOCAL_JUDGE
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page
from workbench.records import JudgeSpec, JudgeWarning
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.preference_files import PairOutcome, PreferenceRecord

C, T, B, U, OUT = (
    PairOutcome.CANDIDATE,
    PairOutcome.TIE,
    PairOutcome.BASELINE,
    PairOutcome.UNSCORED,
    PairOutcome.LEFT_OUT,
)


def records(*outcomes: PairOutcome, trial: int = 1) -> list[PreferenceRecord]:
    return [preference(f"case-{number:02}", one, trial=trial) for number, one in enumerate(outcomes)]


def found(*some: PreferenceRecord, judge: JudgeSpec = JUDGE) -> Any:
    return preference_finding(judge, some)


def test_one_trial_each_gives_wilson_and_the_exact_sign_test():
    one = found(*records(*[C] * 9, *[B] * 2, *[T] * 5, U, OUT), preference("same", T, same=True))
    shares = [(share.share, share.low, share.high) for share in (one.candidate, one.tie, one.baseline, one.decided)]
    counts = ((9, 16), (5, 16), (2, 16), (9, 11))
    expected = [(count / n, *proportion_confint(count, n, method="wilson")) for count, n in counts]
    assert [value for row in shares for value in row] == pytest.approx([value for row in expected for value in row])
    assert one.p_value == pytest.approx(binomtest(9, 11, 0.5).pvalue, abs=1e-12)
    assert (one.asked, one.same, one.unscored, one.left_out) == (16, ("same",), ("case-16",), ("case-17",))
    assert one.usd == pytest.approx(17 * 0.0005)


def test_a_flip_is_a_tie_and_their_share_has_an_interval():
    flipped = [preference(f"f{number}", T, flipped=True) for number in range(3)]
    one = found(*flipped, *records(C, B, T, T, T, T, T))
    assert (len(one.flips.keys), one.flips.share) == (3, 0.3)
    assert (one.flips.low, one.flips.high) == pytest.approx(proportion_confint(3, 10, method="wilson"))
    assert len(one.tie.keys) == 8


def test_trials_of_one_conversation_are_one_observation():
    """Ten times the same five conversations say no more than five conversations."""
    outcomes = (C, C, C, C, B)
    once = found(*records(*outcomes))
    many = found(*(record for trial in range(1, 11) for record in records(*outcomes, trial=trial)))
    assert many.p_value == once.p_value == pytest.approx(binomtest(4, 5, 0.5).pvalue)
    assert (many.decided.low, many.decided.high) == pytest.approx((once.decided.low, once.decided.high), abs=1e-6)
    assert len(many.candidate.keys) == 40 and "case-00#2" in many.candidate.keys
    assert (many.conversations, many.usd_per_conversation) == (5, pytest.approx(10 * 0.0005))


def test_nothing_compared_is_no_finding_and_only_failures_have_no_share():
    assert found() is None
    one = found(*records(U, U))
    assert (one.candidate.share, one.flips.share, one.p_value, one.asked) == (None, None, 1.0, 0)


def test_a_weak_judge_is_warned_of():
    own = records(C)[0].model_copy(update={"warnings": (JudgeWarning(kind="same_model", message="its own"),)})
    nobody = JudgeSpec(model=ModelSettings(model="openai/nobody"))
    assert found(own, judge=nobody).warnings == ("same_model", "uncalibrated")
    assert found(*records(C), judge=LOCAL_JUDGE).warnings == ("below_floor",)


@pytest.fixture
def experiment(tmp_path):
    folder = stored(ExperimentFiles(tmp_path), "e1", plans([1], "5000"), plans([], "6000"))
    folder.write_spec(folder.spec.model_copy(update={"judge": JUDGE.model_copy(update={"pairwise": True})}))
    flips = [preference(f"case-{number:02}", T, flipped=True) for number in range(12, 14)]
    preferred(folder, "e1-2", [*records(*[C] * 8, *[B] * 2, T, U), *flips])
    return folder


def test_an_experiment_tells_what_its_judge_prefers(experiment):
    findings = experiment_findings(experiment)
    one = findings.comparisons[0].preferences
    assert one and (len(one.candidate.keys), len(one.tie.keys), len(one.baseline.keys)) == (8, 3, 2)
    told = as_data(findings, transcripts=False)["comparisons"][0]["preferences"]
    assert told["flips"]["keys"] == ["case-12", "case-13"] and told["decided"]["share"] == 0.8
    html, text = page(findings), summary(findings)
    assert "A quién prefiere el juez" in html and "Cambió con el orden" in html
    assert "no se ha calibrado" in html and "no se ha calibrado" in text
    assert "| prefiere variante 2 | 8 | 61.5 % (" in text
    assert "De las decididas gana variante 2: 80.0 % (" in text


def test_what_pairs_cost_is_part_of_what_more_conversations_would(experiment):
    def usd_each(findings: Any) -> float:
        row = next(row for row in findings.comparisons[0].metrics if row.more_conversations)
        return float(row.more_usd / row.more_conversations)

    with_pairs = usd_each(experiment_findings(experiment))
    experiment.write_spec(experiment.spec.model_copy(update={"judge": JUDGE}))
    assert with_pairs - usd_each(experiment_findings(experiment)) == pytest.approx(0.0005)


def test_without_pairs_nothing_is_said(experiment):
    experiment.write_spec(experiment.spec.model_copy(update={"judge": JUDGE}))
    findings = experiment_findings(experiment)
    assert findings.comparisons[0].preferences is None
    assert "prefiere el juez" not in page(findings) + summary(findings)


def test_a_judge_of_its_own_words_is_named_once_for_each_variant(experiment):
    from workbench.storage.run_files import read_run, write_run

    path = experiment.run_path("e1-2")
    run, results = read_run(path), list(experiment.results("e1-2"))
    path.unlink()
    warning = JudgeWarning(kind="same_model", message="its own")
    write_run(path, run, [result.model_copy(update={"warnings": (warning,)}) for result in results])
    findings = experiment_findings(experiment)
    [warned] = findings.judge_warnings
    assert (warned.kind, warned.variant, len(warned.keys)) == ("same_model", "variante 2", 20)
    assert summary(findings).count("prefieren sus propias palabras") == 1
