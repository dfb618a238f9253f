"""How often the cluster bootstrap's interval holds the truth, beside the t interval that the verdicts use.

    python -m benchmarks.bootstrap_coverage

Paired differences of two variants that pass `a` and `b` of the time, once or three times a conversation; conversations
differ in how hard they are (both variants find the same ones hard). 2,000 experiments a row, 95 % asked for.
"""

from __future__ import annotations

import sys

import numpy as np

from workbench.evaluation.statistics.bootstrap import cluster_bootstrap
from workbench.evaluation.statistics.intervals import difference_interval
from workbench.evaluation.statistics.rates import Floats

EXPERIMENTS = 2_000
RESAMPLES = 1_000
SIZES = (30, 50, 100, 200)
RATES = ((0.8, 0.8), (0.5, 0.6), (0.95, 0.9))
_HARDNESS = 4.0
"""Parameter of the beta distribution that conversations' own rates are drawn from; less is more different."""


def main() -> int:
    print("| a → b | trials | n | t interval | cluster bootstrap |")
    print("|---|---|---|---|---|")
    for a, b in RATES:
        for trials in (1, 3):
            for size in SIZES:
                ours, boots = coverage(a, b, trials, size)
                print(f"| {a:.0%} → {b:.0%} | {trials} | {size} | {ours:.1%} | {boots:.1%} |")
    return 0


def coverage(a: float, b: float, trials: int, size: int) -> tuple[float, float]:
    differences = simulated(a, b, trials, size)
    low, high = difference_interval(differences)
    drawn = cluster_bootstrap(differences, np.ones_like(differences, dtype=bool), resamples=RESAMPLES, seed=2)
    return _covers(low, high, b - a), _covers(*drawn, b - a)


def simulated(a: float, b: float, trials: int, size: int) -> Floats:
    """Shape (experiments, conversations). One uniform draw makes a conversation hard for both variants."""
    from scipy.stats import beta  # type: ignore[import-untyped]

    rng = np.random.default_rng(1)
    hardness = rng.random((EXPERIMENTS, size))
    passed = [
        rng.binomial(trials, beta.ppf(hardness, rate * _HARDNESS, (1 - rate) * _HARDNESS)) / trials for rate in (a, b)
    ]
    return np.asarray(passed[1] - passed[0])


def _covers(low: Floats, high: Floats, truth: float) -> float:
    return float(((low <= truth + 1e-12) & (truth - 1e-12 <= high)).mean())


if __name__ == "__main__":
    sys.exit(main())
