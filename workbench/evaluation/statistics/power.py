"""Before money is spent: which difference a run can see, and how many conversations a difference needs."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from workbench.evaluation.statistics.significance import mid_p_mcnemar, sign_flip_p_values

ALPHA = 0.05
POWER = 0.8
_LARGEST = 10_000_000
_LARGEST_EFFECT = 100.0
"""In standard deviations."""


def assumed_spread(rate: float, *, shared: float = 0.5, trials: int = 1) -> float:
    """The standard deviation of a conversation's difference between two variants that pass about `rate`.

    `shared` is the part of a pass's variance that the conversation decides for both variants and all trials alike (hard
    cases are hard for both); the rest is chance, which `trials` average out. 0 is the worst case: unrelated variants.
    Raises ValueError outside 0 < rate < 1, 0 <= shared < 1, trials >= 1.
    """
    if not 0 < rate < 1 or not 0 <= shared < 1 or trials < 1:
        raise ValueError("rate must be within (0, 1), shared within [0, 1), trials at least 1")
    return math.sqrt(2 * rate * (1 - rate) * (1 - shared) / trials)


def least_conversations(trials: int = 1, *, alpha: float = ALPHA) -> int:
    """Fewer conversations give no verdict, even if every one of them changes, and the same way: by the tests that
    decide, mid-p McNemar of one trial and sign flips of several."""
    return next(number for number in itertools.count(2) if _clearest_p(number, trials) < alpha)


def _clearest_p(conversations: int, trials: int) -> float:
    if trials == 1:
        return mid_p_mcnemar(0, conversations)
    return float(sign_flip_p_values(np.ones((1, conversations)))[0])


def smallest_detectable(conversations: int, spread: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """The difference, in the unit of `spread`, that so many conversations find with `power`; infinite below 3."""
    from scipy.optimize import brentq  # type: ignore[import-untyped]
    from statsmodels.stats.power import TTestPower  # type: ignore[import-untyped]

    if conversations < 3:
        return math.inf
    if spread == 0:
        return 0.0
    # Its own `solve_power` loses its way here and there (an eighth of the answer for 1,512 conversations).
    test = TTestPower()
    effect = brentq(lambda tried: _power(test, tried, conversations, alpha) - power, 0.0, _LARGEST_EFFECT)
    return float(effect) * spread


def conversations_needed(
    difference: float, spread: float, *, alpha: float = ALPHA, power: float = POWER, least: int = 2
) -> int:
    """Conversations, in all, that find `difference` with `power`; at most ten million, at least `least`."""
    from statsmodels.stats.power import TTestPower

    if spread == 0:
        return least
    low, high = least, _LARGEST
    if difference == 0 or _power(TTestPower(), difference / spread, high, alpha) < power:
        return high
    while low < high:
        middle = (low + high) // 2
        if _power(TTestPower(), difference / spread, middle, alpha) >= power:
            high = middle
        else:
            low = middle + 1
    return low


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run that compares pass rates of about `rate` can see; the rest as in `assumed_spread`."""

    rate: float
    trials: int = 1
    shared: float = 0.5

    @property
    def spread(self) -> float:
        return assumed_spread(self.rate, shared=self.shared, trials=self.trials)

    @property
    def least(self) -> int:
        """Fewer conversations find nothing with 80 % power, not even a hundred points."""
        return self.needed(1.0)

    def needed(self, difference: float) -> int:
        least = least_conversations(self.trials)
        needed = conversations_needed(difference, self.spread, least=least)
        if self.trials > 1 or difference == 0:
            return needed
        from scipy.stats import nbinom  # type: ignore[import-untyped]

        # Played once, as large a share of them changes at least, and enough must: how many that takes.
        enough = int(nbinom.ppf(POWER, least, abs(difference))) + least
        return max(needed, min(enough, _LARGEST))

    def detectable(self, conversations: int) -> float | None:
        """The smallest difference that so many see; None where they see none."""
        if conversations < self.least:
            return None
        by_spread = smallest_detectable(conversations, self.spread)
        if self.trials > 1:
            return by_spread
        from scipy.stats import beta

        # The share with which enough of them change, even if all in the same way: Clopper and Pearson's quantile.
        least = least_conversations()
        return max(by_spread, float(beta.ppf(POWER, least, conversations - least + 1)))


def achieved_power(difference: float, spread: float, conversations: int, *, alpha: float = ALPHA) -> float:
    """How likely a run of that size finds `difference`."""
    from statsmodels.stats.power import TTestPower

    return 1.0 if spread == 0 else _power(TTestPower(), difference / spread, conversations, alpha)


def _power(test: object, effect: float, conversations: int, alpha: float) -> float:
    value = float(test.power(abs(effect), conversations, alpha))  # type: ignore[attr-defined]
    # Far from 0 the noncentral t of scipy gives up: nothing is missed there.
    return 1.0 if math.isnan(value) else value
