"""Are the verdicts of an A/B to be trusted? Simulated experiments of known truth, through the product's own functions.

    python -m benchmarks.statistics_study                     # 1,000 experiments a cell, about five minutes
    python -m benchmarks.statistics_study --experiments 100   # a quick look
    python -m benchmarks.statistics_study --write             # and put the tables into docs/evaluation.md

A cell is n conversations × trials × turns × a scenario. A conversation has a difficulty that both variants share, each
of its turns another one; every trial of a turn passes or fails by chance. In an A/B, the effect differs between
conversations too. Exit code 1 when a cell of n × trials × turns has more than 5 % false verdicts (beyond three standard
errors of the simulation: there are 160 cells) or its interval covers the truth outside 93-97 %; the tables say which.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

from benchmarks.statistics_tables import (
    ALPHA,
    CELLS,
    DOC,
    SCENARIOS,
    SIZES,
    TRIALS,
    TURNS,
    Cell,
    Scenario,
    cell_tables,
    missed,
    misses,
    write,
)
from workbench.evaluation.statistics.intervals import difference_interval
from workbench.evaluation.statistics.power import achieved_power
from workbench.evaluation.statistics.rates import Floats, clustered_interval
from workbench.evaluation.statistics.significance import holm, mid_p_mcnemar, sign_flip_p_values

HARDNESS, TURN_HARDNESS, EFFECT_SPREAD = 1.5, 1.0, 0.7
"""Standard deviations on the logit scale: between conversations, between turns of one, of an A/B's effect."""
MEANS_TIMES = 10
"""Times the experiments of a cell for the means: there are no scenarios to pool, and 1,000 leave 0.7 % of noise."""
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(120)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=1_000, help="simulated experiments for each cell")
    parser.add_argument("--write", action="store_true", help=f"update {DOC.name} and {CELLS.name}")
    options = parser.parse_args()
    started = time.perf_counter()
    cells = list(_cells(options.experiments))
    lines = [
        *cell_tables(cells),
        *_families(options.experiments),
        *_means(options.experiments),
        *misses(cells),
    ]
    seconds = time.perf_counter() - started
    lines.append(f"\n{len(cells):,} cells × {options.experiments:,} experiments in {seconds:.0f} s, seed fixed.")
    print("\n".join(lines))
    if options.write:
        write(lines, cells)
    return int(bool(missed(cells)))


def _cells(experiments: int) -> Iterator[Cell]:
    rng = np.random.default_rng(20_261_124)
    for n in SIZES:
        for trials in TRIALS:
            for turns in TURNS:
                for scenario in SCENARIOS:
                    yield _cell(n, trials, turns, scenario, experiments, rng)
            print(f"n={n} trials={trials}", file=sys.stderr)


def _cell(n: int, trials: int, turns: int, scenario: Scenario, experiments: int, rng: np.random.Generator) -> Cell:
    a, b = _pass_rates(n, trials, turns, scenario, experiments, rng)
    truth, differences = scenario.b - scenario.a, b - a
    low, high = difference_interval(differences)
    p_values = _mcnemar(differences) if trials == turns == 1 else sign_flip_p_values(differences, seed=n)
    significant = p_values < ALPHA
    rate_low, rate_high = clustered_interval(a, n * trials * turns)
    return Cell(
        n,
        trials,
        turns,
        scenario,
        experiments,
        verdicts=int((significant & ((low > 0) | (high < 0))).sum()),
        significant=int(significant.sum()),
        covered=int(((low <= truth) & (truth <= high)).sum()),
        rate_covered=int(((rate_low <= scenario.a) & (scenario.a <= rate_high)).sum()),
        width=float((high - low).mean()),
        expected_power=achieved_power(truth, float(differences.std(axis=1).mean()), n) if truth else ALPHA,
    )


def _pass_rates(
    n: int, trials: int, turns: int, scenario: Scenario, experiments: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Each conversation's pass rate in A and in B, shape (experiments, n)."""
    shared = rng.normal(0, HARDNESS, (experiments, n, 1)) + rng.normal(0, TURN_HARDNESS, (experiments, n, turns))
    effect = 0.0 if scenario.is_null else rng.normal(0, EFFECT_SPREAD, (experiments, n, 1))
    base = np.hypot(HARDNESS, TURN_HARDNESS)
    logit_a = shared + _level(scenario.a, base)
    logit_b = shared + effect + _level(scenario.b, base if scenario.is_null else np.hypot(base, EFFECT_SPREAD))
    return (
        rng.binomial(trials, expit(logit_a)).mean(axis=2) / trials,
        rng.binomial(trials, expit(logit_b)).mean(axis=2) / trials,
    )


@lru_cache
def _level(rate: float, spread: float) -> float:
    """The logit whose pass rate over normally spread difficulties is exactly `rate`."""

    def miss(logit: float) -> float:
        return float((_WEIGHTS * expit(logit + spread * _NODES)).sum() / _WEIGHTS.sum() - rate)

    return float(brentq(miss, -30, 30, xtol=1e-12))


def _mcnemar(differences: Floats) -> Floats:
    flips = np.stack([(differences < 0).sum(axis=1), (differences > 0).sum(axis=1)], axis=1)
    cached = lru_cache(maxsize=None)(mid_p_mcnemar)
    return np.array([cached(int(lost), int(won)) for lost, won in flips])


def _families(experiments: int) -> list[str]:
    """A/A experiments of eight metrics: how often is any of them called better or worse?"""
    rng = np.random.default_rng(8)
    lines = [
        "\nA/A with eight metrics at once (80 %, 3 trials, 4 turns): experiments with at least one false verdict.\n",
        "| n | without correction | with Holm |",
        "|---|---|---|",
    ]
    for n in SIZES:
        raw, corrected = 0, 0
        scenario = Scenario(0.8, 0.8)
        by_metric = [_pass_rates(n, 3, 4, scenario, experiments, rng) for _ in range(8)]
        p_values = np.array([sign_flip_p_values(b - a, seed=k) for k, (a, b) in enumerate(by_metric)])
        for family in p_values.T:
            raw += bool(family.min() < ALPHA)
            corrected += bool(min(holm(list(family))) < ALPHA)
        lines.append(f"| {n} | {raw / experiments:.1%} | {corrected / experiments:.1%} |")
    return lines


def _means(experiments: int) -> list[str]:
    """Latencies: log-normal over conversations and turns, with a long tail; B is 15 % slower in the A/B."""
    rng = np.random.default_rng(9)
    lines = [
        "\nMeans of a long-tailed quantity (log-normal latency, sigma 0.5 between conversations and 0.5 between turns; "
        f"in the A/B, B is 15 % slower), {MEANS_TIMES * experiments:,} experiments a cell:\n",
        "| n | trials | turns | A/A false verdicts | covers, A/A | covers, A/B |",
        "|---|---|---|---|---|---|",
    ]
    for n in SIZES:
        for trials, turns in ((1, 1), (3, 4), (5, 8)):
            parts = [_long_tailed(n, trials * turns, experiments, rng) for _ in range(MEANS_TIMES)]
            false, null, slower = (sum(counts) / (MEANS_TIMES * experiments) for counts in zip(*parts, strict=True))
            lines.append(f"| {n} | {trials} | {turns} | {false:.1%} | {null:.1%} | {slower:.1%} |")
    return lines


def _long_tailed(n: int, observations: int, experiments: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """False verdicts in the A/A, and how often the interval covers the truth in the A/A and in the A/B."""
    conversation = rng.normal(0, 0.5, (experiments, n, 1))
    a, b = (np.exp(conversation + rng.normal(0, 0.5, (experiments, n, observations))).mean(axis=2) for _ in range(2))
    truth = 0.15 * float(np.exp(0.25))
    null, slower = difference_interval(b - a), difference_interval(1.15 * b - a)
    significant = sign_flip_p_values(b - a, seed=n) < ALPHA
    return (
        int((significant & ((null[0] > 0) | (null[1] < 0))).sum()),
        int(((null[0] <= 0) & (null[1] >= 0)).sum()),
        int(((slower[0] <= truth) & (slower[1] >= truth)).sum()),
    )


if __name__ == "__main__":
    sys.exit(main())
