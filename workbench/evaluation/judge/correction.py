"""A judge's pass rate corrected by how it did on labelled replies: Rogan and Gladen (1978).

The interval is that of Lang and Reiczigel (2014, Preventive Veterinary Medicine 113, 13-22): the delta method on all
three shares, each moved a little to the middle first, so that a judge without a mistake in a small set is not taken
for perfect. It holds the uncertainty of the observed rate and that of the calibration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.evaluation.judge.calibration import Calibration
from workbench.evaluation.judge.preference import Share
from workbench.evaluation.statistics.rates import LEVEL, RateEstimate

MIN_YOUDEN = 0.1
"""Sensitivity + specificity - 1 below this: the judge tells good from bad hardly better than a coin."""


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """`share` is None, and the interval all that is possible, when the judge is too weak for a correction."""

    observed: float
    share: float | None
    low: float
    high: float
    note: str = ""


def corrected_rate(observed: RateEstimate, calibration: Calibration) -> CorrectedRate:
    """`observed` is the judge's pass rate over replies, with as many as they are worth (`effective`)."""
    return corrected(observed.share, observed.effective, calibration.sensitivity, calibration.specificity)


def corrected(share: float, n: float, sensitivity: Share, specificity: Share) -> CorrectedRate:
    """The true pass rate behind `share` passes of `n` replies. Raises ValueError when n is not positive."""
    if n <= 0:
        raise ValueError("a rate of nothing cannot be corrected")
    if sensitivity.share is None or specificity.share is None:
        return CorrectedRate(share, None, 0.0, 1.0, "the judge was not calibrated on both good and bad replies")
    youden = sensitivity.share + specificity.share - 1
    low, high = _interval(share, n, sensitivity, specificity) if youden >= MIN_YOUDEN else (0.0, 1.0)
    if youden < MIN_YOUDEN:
        note = f"the judge tells good from bad hardly better than chance (Youden's J {youden:.2f})"
        return CorrectedRate(share, None, low, high, note)
    estimate = _within((share + specificity.share - 1) / youden)
    return CorrectedRate(share, estimate, min(low, estimate), max(high, estimate))


def _interval(share: float, n: float, sensitivity: Share, specificity: Share) -> tuple[float, float]:
    from scipy.stats import norm  # type: ignore[import-untyped]

    z = float(norm.ppf((1 + LEVEL) / 2))
    n_p, p = n + z**2, (n * share + z**2 / 2) / (n + z**2)
    n_se, se = sensitivity.n + 2, (sensitivity.count + 1) / (sensitivity.n + 2)
    n_sp, sp = specificity.n + 2, (specificity.count + 1) / (specificity.n + 2)
    youden = se + sp - 1
    if youden <= 0:
        return 0.0, 1.0
    middle = (p + sp - 1) / youden
    spread_se, spread_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    shift = 2 * z**2 * (middle * spread_se - (1 - middle) * spread_sp)
    variance = p * (1 - p) / n_p + middle**2 * spread_se + (1 - middle) ** 2 * spread_sp
    half = z * math.sqrt(variance) / youden
    return _within(middle + shift - half), _within(middle + shift + half)


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)
