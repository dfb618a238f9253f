"""A variant's pass rates by its judge: as observed, as corrected, and whether they may count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.evaluation.judge.correction import CorrectedRate, corrected_rate
from workbench.evaluation.judge.evidence import Calibrations
from workbench.evaluation.judge.metrics import judge_metrics
from workbench.evaluation.judge.record import RubricCalibration
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.statistics.metrics import measure
from workbench.evaluation.statistics.rates import RateEstimate, rate_of
from workbench.records import CaseResult


@dataclass(frozen=True, slots=True)
class JudgedRate:
    """Over replies, clustered by conversation. `refused` says why the rate is no evidence; None when it is.

    `calibration` and `corrected` are there whenever this very judge was calibrated, below the floor too: a weak judge's
    correction is honest about how little it says.
    """

    rubric: Rubric
    observed: RateEstimate
    refused: str | None = None
    calibration: RubricCalibration | None = None
    corrected: CorrectedRate | None = None


def judged_rates(results: Iterable[CaseResult], calibrations: Calibrations | None = None) -> tuple[JudgedRate, ...]:
    """One for each rubric that anything was judged by. Raises DatasetError for a broken calibration."""
    results = tuple(results)
    evidence = (calibrations or Calibrations()).evidence(results)
    measured = measure(results, judge_metrics())
    found = []
    for rubric in Rubric:
        observed = rate_of(measured.of(rubric.scorer).values())
        if observed is None:
            continue
        calibration = evidence.calibration.rubrics[rubric] if evidence.calibration else None
        found.append(
            JudgedRate(
                rubric=rubric,
                observed=observed,
                refused=evidence.refused.get(rubric.scorer),
                calibration=calibration,
                corrected=corrected_rate(observed, calibration.every) if calibration else None,
            )
        )
    return tuple(found)
