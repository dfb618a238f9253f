"""How far the judge can be believed, and what its pass rates come to once its own mistakes are taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench.evaluation.findings.records import CorrectedFinding, JudgeFinding
from workbench.evaluation.judge.correction import corrected_rate
from workbench.evaluation.judge.record import JudgeCalibration, calibration_of
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.rules import RULE_JUDGE, RULES_VERSION
from workbench.evaluation.statistics.rates import RateEstimate
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import JudgeSpec

NO_CALIBRATION = "never calibrated"
UNCALIBRATED, BELOW_FLOOR = "uncalibrated", "below_floor"
"""Why a judge's word is weak evidence, whatever it is about; the texts are in labels.yaml."""
Rates = Mapping[str, Mapping[str, RateEstimate]]
"""By variant and metric."""


def judge_doubt(spec: JudgeSpec) -> str | None:
    """UNCALIBRATED, BELOW_FLOOR (in some rubric) or None. Raises DatasetError for a calibration that is none."""
    calibration = calibration_of(spec)
    if calibration is None:
        return UNCALIBRATED
    rules = _rules_beside(spec)
    return BELOW_FLOOR if any(calibration.problems(rubric, rules) for rubric in Rubric) else None


def judge_findings(spec: JudgeSpec | None, rates: Rates) -> tuple[JudgeFinding, ...]:
    """One for each rubric that any variant was judged in; empty without a judge. Raises DatasetError for a file of
    calibrations that is none."""
    if spec is None:
        return ()
    judged = [rubric for rubric in Rubric if any(rubric.scorer in by_metric for by_metric in rates.values())]
    calibration = calibration_of(spec)
    rules = _rules_beside(spec)
    return tuple(_finding(spec, rubric, calibration, rules, rates) for rubric in judged)


def doubt_of(rubrics: Iterable[JudgeFinding]) -> str | None:
    """UNCALIBRATED, BELOW_FLOOR (in some rubric) or None, as `judge_doubt`, for what was found."""
    problems = [one.problems for one in rubrics if one.problems]
    if (NO_CALIBRATION,) in problems:
        return UNCALIBRATED
    return BELOW_FLOOR if problems else None


def _rules_beside(spec: JudgeSpec) -> JudgeCalibration | None:
    """The embedded rules, which a model has to beat; they need not beat themselves."""
    return calibration_of(RULE_JUDGE) if spec.model.model != OFFLINE_MODEL else None


def _finding(
    spec: JudgeSpec, rubric: Rubric, calibration: JudgeCalibration | None, rules: JudgeCalibration | None, rates: Rates
) -> JudgeFinding:
    found = calibration.rubrics[rubric].every if calibration else None
    return JudgeFinding(
        metric=rubric.scorer,
        label=metric_label(rubric.scorer),
        model=spec.model.model,
        prompt=spec.prompt if spec.model.model != OFFLINE_MODEL else RULES_VERSION,
        labelled=found.n if found else 0,
        kappa=found.kappa.value if found else None,
        kappa_low=found.kappa.low if found else None,
        kappa_high=found.kappa.high if found else None,
        sensitivity=found.sensitivity.share if found else None,
        sensitivity_low=found.sensitivity.low if found else None,
        sensitivity_high=found.sensitivity.high if found else None,
        specificity=found.specificity.share if found else None,
        specificity_low=found.specificity.low if found else None,
        specificity_high=found.specificity.high if found else None,
        problems=calibration.problems(rubric, rules) if calibration else (NO_CALIBRATION,),
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
