"""How far the judge can be believed, and what its pass rates come to once its own mistakes are taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench.evaluation.findings.records import CorrectedFinding, JudgeFinding
from workbench.evaluation.judge.correction import corrected_rate
from workbench.evaluation.judge.record import JudgeCalibration, calibration_of
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.evaluation.statistics.rates import RateEstimate
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import JudgeSpec

UNCALIBRATED = "never calibrated"
Rates = Mapping[str, Mapping[str, RateEstimate]]
"""By variant and metric."""


def judge_findings(spec: JudgeSpec | None, rates: Rates) -> tuple[JudgeFinding, ...]:
    """One for each rubric that any variant was judged in; empty without a judge. Raises DatasetError for a file of
    calibrations that is none."""
    if spec is None:
        return ()
    judged = [rubric for rubric in Rubric if any(rubric.scorer in by_metric for by_metric in rates.values())]
    calibration = calibration_of(spec)
    rules = calibration_of(RULE_JUDGE) if spec.model.model != OFFLINE_MODEL else None
    return tuple(_finding(spec, rubric, calibration, rules, rates) for rubric in judged)


def _finding(
    spec: JudgeSpec, rubric: Rubric, calibration: JudgeCalibration | None, rules: JudgeCalibration | None, rates: Rates
) -> JudgeFinding:
    found = calibration.rubrics[rubric].every if calibration else None
    return JudgeFinding(
        metric=rubric.scorer,
        label=metric_label(rubric.scorer),
        model=spec.model.model,
        prompt=spec.prompt,
        labelled=found.n if found else 0,
        kappa=found.kappa.value if found else None,
        kappa_low=found.kappa.low if found else None,
        kappa_high=found.kappa.high if found else None,
        sensitivity=found.sensitivity.share if found else None,
        specificity=found.specificity.share if found else None,
        problems=calibration.problems(rubric, rules) if calibration else (UNCALIBRATED,),
        corrected=tuple(_corrected(rubric, calibration, rates)),
    )


def _corrected(rubric: Rubric, calibration: JudgeCalibration | None, rates: Rates) -> Iterator[CorrectedFinding]:
    for name, by_metric in rates.items():
        observed = by_metric.get(rubric.scorer)
        if observed is None:
            continue
        if calibration is None:
            yield CorrectedFinding(name, observed.share, None, 0.0, 1.0)
            continue
        rate = corrected_rate(observed, calibration.rubrics[rubric].every)
        yield CorrectedFinding(name, rate.observed, rate.share, rate.low, rate.high)
