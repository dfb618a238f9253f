"""One rate and its interval. With several trials of a conversation the observations are not independent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.evaluation.statistics.metrics import Observed

RateMethod = Literal["wilson", "clopper_pearson"]
_STATSMODELS: dict[RateMethod, str] = {"wilson": "wilson", "clopper_pearson": "beta"}
LEVEL = 0.95
_SURE = 1e-9


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """`share` with `low`-`high` at 95 %. `effective` is how many independent observations it is worth."""

    share: float
    low: float
    high: float
    conversations: int
    observations: int
    effective: float


def rate_interval(passed: float, scored: float, *, method: RateMethod = "wilson") -> tuple[float, float]:
    """The 95 % interval of passed / scored, which may be effective (not whole) numbers. Raises ValueError for none."""
    from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

    if scored <= 0:
        raise ValueError("a rate of nothing has no interval")
    low, high = proportion_confint(passed, scored, alpha=1 - LEVEL, method=_STATSMODELS[method])
    return float(low), float(high)


def rate_of(conversations: Collection[Observed], *, method: RateMethod = "wilson") -> RateEstimate | None:
    """The mean over conversations of their own rates; None when nothing was scored.

    With one observation a conversation this is the plain Wilson or Clopper-Pearson interval. Else the interval is taken
    at the effective sample size (Korn and Graubard 1998): share * (1 - share) / variance of the conversations' mean,
    never below the number of conversations nor above the number of observations.
    """
    if not conversations:
        return None
    means = np.array([case.mean for case in conversations])
    observations = sum(case.count for case in conversations)
    share, effective = float(means.mean()), _effective(means, observations)
    low, high = rate_interval(share * effective, effective, method=method)
    return RateEstimate(share, low, high, len(means), observations, effective)


def _effective(means: np.ndarray, observations: int) -> float:
    share, size = float(means.mean()), len(means)
    if observations == size or size < 2 or not _SURE < share < 1 - _SURE:
        # All passed or none: nothing tells how much trials depend on each other, so they count as one.
        return float(size)
    variance = float(means.var(ddof=1)) / size
    return float(np.clip(share * (1 - share) / variance, size, observations)) if variance else float(observations)
