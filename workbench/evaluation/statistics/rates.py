"""One rate and its interval. With several trials of a conversation the observations are not independent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbench.evaluation.statistics.metrics import Observed

Floats = NDArray[np.float64]
RateMethod = Literal["wilson", "clopper_pearson"]
_STATSMODELS: dict[RateMethod, str] = {"wilson": "wilson", "clopper_pearson": "beta"}
LEVEL = 0.95
_SURE = 1e-9


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """`share` with `low`-`high` at 95 %. `effective` is how many independent observations it is worth.

    `exact_low`-`exact_high` are always Clopper and Pearson's: they never cover too little, and are wider for it.
    """

    share: float
    low: float
    high: float
    conversations: int
    observations: int
    effective: float
    exact_low: float
    exact_high: float


def rate_interval(passed: float, scored: float, *, method: RateMethod = "wilson") -> tuple[float, float]:
    """The 95 % interval of passed / scored, which may be effective (not whole) numbers. Raises ValueError for none."""
    if scored <= 0:
        raise ValueError("a rate of nothing has no interval")
    low, high = _interval(np.array(float(passed)), np.array(float(scored)), method)
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
    low, high = clustered_interval(means, observations, method=method)
    exact_low, exact_high = clustered_interval(means, observations, method="clopper_pearson")
    return RateEstimate(
        share=float(means.mean()),
        low=float(low),
        high=float(high),
        conversations=len(means),
        observations=observations,
        effective=float(effective_size(means, observations)),
        exact_low=float(exact_low),
        exact_high=float(exact_high),
    )


def clustered_interval(means: Floats, observations: int, *, method: RateMethod = "wilson") -> tuple[Floats, Floats]:
    """The 95 % interval of the mean of conversations' own rates, along the last axis: (…, n) gives twice (…)."""
    share, effective = means.mean(axis=-1), effective_size(means, observations)
    return _interval(share * effective, effective, method)


def effective_size(means: Floats, observations: int) -> Floats:
    """How many independent observations n conversations with `observations` in all are worth; (…, n) gives (…)."""
    size = means.shape[-1]
    share = means.mean(axis=-1)
    if observations == size or size < 2:
        return np.full(share.shape, float(size))
    variance = means.var(axis=-1, ddof=1) / size
    worth = share * (1 - share) / np.maximum(variance, np.finfo(float).tiny)
    # All passed or none: nothing tells how much trials depend on each other, so they count as one.
    alike = (share <= _SURE) | (share >= 1 - _SURE)
    return np.where(alike, float(size), np.clip(worth, size, observations))


def _interval(passed: Floats, scored: Floats, method: RateMethod) -> tuple[Floats, Floats]:
    from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

    low, high = proportion_confint(passed, scored, alpha=1 - LEVEL, method=_STATSMODELS[method])
    return np.asarray(low), np.asarray(high)
