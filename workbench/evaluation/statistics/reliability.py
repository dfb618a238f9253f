"""pass^k: how likely is it that a conversation goes well k times out of k."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import rate_interval


@dataclass(frozen=True, slots=True)
class Reliability:
    """`share` is pass^k over conversations of at least k scored trials; `low`-`high` at 95 %."""

    k: int
    share: float
    low: float
    high: float
    conversations: int


def pass_hat_k(conversations: Collection[Observed], k: int) -> Reliability | None:
    """The mean over conversations of C(passed, k) / C(trials, k), which is unbiased for trials drawn alike.

    Source: Yao, Shinn, Razavi and Narasimhan, "tau-bench" (2024, arXiv:2406.12045), section 4. The interval is
    Wilson's over conversations: a mean of values between 0 and 1 varies at most as much as a rate does.
    Each observation must be 0 or 1. None when no conversation has k trials; raises ValueError for k < 1.
    """
    from scipy.special import comb  # type: ignore[import-untyped]

    if k < 1:
        raise ValueError("k must be at least 1")
    enough = [case for case in conversations if case.count >= k]
    if not enough:
        return None
    passed = np.array([round(case.total) for case in enough])
    trials = np.array([case.count for case in enough])
    share = float((comb(passed, k) / comb(trials, k)).mean())
    low, high = rate_interval(share * len(enough), len(enough))
    return Reliability(k, share, low, high, len(enough))
