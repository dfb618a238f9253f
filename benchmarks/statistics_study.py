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
import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

from workbench.evaluation.statistics.intervals import difference_interval
from workbench.evaluation.statistics.power import achieved_power
from workbench.evaluation.statistics.rates import Floats, clustered_interval
from workbench.evaluation.statistics.significance import holm, mid_p_mcnemar, sign_flip_p_values

DOC = Path(__file__).parents[1] / "docs" / "evaluation.md"
CELLS = DOC.with_name("statistics_study.csv")
BEGIN, END = "<!-- study -->", "<!-- /study -->"

SIZES = (30, 50, 100, 200)
TRIALS = (1, 2, 3, 4, 5)
TURNS = tuple(range(1, 9))
HARDNESS, TURN_HARDNESS, EFFECT_SPREAD = 1.5, 1.0, 0.7
"""Standard deviations on the logit scale: between conversations, between turns of one, of an A/B's effect."""
MEANS_TIMES = 10
"""Times the experiments of a cell for the means: there are no scenarios to pool, and 1,000 leave 0.7 % of noise."""
ALPHA = 0.05
COVERAGE = (0.93, 0.97)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(120)


@dataclass(frozen=True)
class Scenario:
    a: float
    b: float

    @property
    def is_null(self) -> bool:
        return self.a == self.b

    @property
    def name(self) -> str:
        return f"A/A {self.a:.0%}" if self.is_null else f"A/B {self.a:.0%} → {self.b:.0%}"


SCENARIOS = tuple(
    Scenario(*rates)
    for rates in ((0.5, 0.5), (0.8, 0.8), (0.95, 0.95), (0.5, 0.6), (0.8, 0.88), (0.95, 0.9), (0.95, 0.98))
)


@dataclass(frozen=True)
class Cell:
    n: int
    trials: int
    turns: int
    scenario: Scenario
    experiments: int
    verdicts: int
    """Experiments with p < 0.05 and an interval that leaves out 0: all false in an A/A."""
    significant: int
    covered: int
    rate_covered: int
    width: float
    expected_power: float

    def share(self, count: int) -> float:
        return count / self.experiments


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
        _write(lines, cells)
    return int(bool(_missed(cells)))


def cell_tables(cells: list[Cell]) -> list[str]:
    return [*_main_table(cells), *_scenario_table(cells)]


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


def _pooled(cells: list[Cell]) -> Iterator[tuple[tuple[int, int, int], float, float, float]]:
    """For each n × trials × turns: false verdicts, coverage of the difference and of the rate, over its scenarios."""
    groups: dict[tuple[int, int, int], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.n, cell.trials, cell.turns), []).append(cell)
    for key, group in groups.items():
        null = [cell for cell in group if cell.scenario.is_null]
        total = sum(cell.experiments for cell in group)
        yield (
            key,
            sum(cell.verdicts for cell in null) / sum(cell.experiments for cell in null),
            sum(cell.covered for cell in group) / total,
            sum(cell.rate_covered for cell in group) / total,
        )


def _main_table(cells: list[Cell]) -> list[str]:
    lines = [
        "Over turns 1-8 and all scenarios: least and most of the eight cells.\n",
        "| n | trials | A/A false verdicts | the difference's interval covers | one rate's interval covers |",
        "|---|---|---|---|---|",
    ]
    pooled = list(_pooled(cells))
    for n in SIZES:
        for trials in TRIALS:
            rows = [row for row in pooled if row[0][:2] == (n, trials)]
            lines.append(
                f"| {n} | {trials} | " + " | ".join(_span([row[1:][i] for row in rows]) for i in range(3)) + " |"
            )
    return lines


def _scenario_table(cells: list[Cell]) -> list[str]:
    lines = [
        "\nBy scenario and n, over trials 1-5 and turns 1-8 (forty cells): coverage's mean, least and most; how often "
        "a verdict was given, and what the power calculation foresaw.\n",
        "| scenario | n | covers, mean | least to most | cells outside 93-97 % | verdicts | foreseen |",
        "|---|---|---|---|---|---|---|",
    ]
    for scenario in SCENARIOS:
        for n in SIZES:
            rows = [cell for cell in cells if (cell.scenario, cell.n) == (scenario, n)]
            covered = [cell.share(cell.covered) for cell in rows]
            outside = sum(not COVERAGE[0] <= share <= COVERAGE[1] for share in covered)
            verdicts = np.mean([cell.share(cell.verdicts) for cell in rows])
            foreseen = np.mean([cell.expected_power for cell in rows])
            lines.append(
                f"| {scenario.name} | {n} | {np.mean(covered):.1%} | {_span(covered)} | {outside} of {len(rows)} | "
                f"{verdicts:.1%} | {foreseen:.1%} |"
            )
    return lines


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


def _missed(cells: list[Cell]) -> list[str]:
    """Cells of n × trials × turns out of range: false verdicts beyond three standard errors of the simulation."""
    nulls = sum(cell.scenario.is_null for cell in cells) // len(list(_pooled(cells))) * cells[0].experiments
    most = ALPHA + 3 * np.sqrt(ALPHA * (1 - ALPHA) / nulls)
    missed = []
    for (n, trials, turns), false, covered, _ in _pooled(cells):
        if false > most:
            missed.append(f"n={n}, {trials} trials, {turns} turns: {false:.1%} false verdicts")
        if not COVERAGE[0] <= covered <= COVERAGE[1]:
            missed.append(f"n={n}, {trials} trials, {turns} turns: the interval covers {covered:.1%}")
    return missed


def misses(cells: list[Cell]) -> list[str]:
    missed = _missed(cells)
    count = len(list(_pooled(cells)))
    lines = [f"\nOut of range among the {count} cells of n × trials × turns: {len(missed) or 'none'}."]
    lines += [f"- {line}" for line in missed]
    above = [false for _, false, _, _ in _pooled(cells) if false > ALPHA]
    mean = np.mean([false for _, false, _, _ in _pooled(cells)])
    lines.append(
        f"\nA/A false verdicts: {mean:.2%} on average; {len(above)} of {count} cells are above 5.0 % as counted."
    )
    lone = sum(not COVERAGE[0] <= cell.share(cell.covered) <= COVERAGE[1] for cell in cells)
    low = sorted(cells, key=lambda cell: cell.covered)[:5]
    high = sorted(cells, key=lambda cell: -cell.covered)[:5]
    lines.append(
        f"\nScenario by scenario, {lone} of {len(cells):,} cells cover less than 93 % or more than 97 %. The extremes:"
    )
    for cell in (*low, *high):
        what = f"n={cell.n}, {cell.trials} trials, {cell.turns} turns"
        lines.append(f"- {cell.scenario.name}, {what}: {cell.share(cell.covered):.1%}")
    return lines


def _span(shares: list[float]) -> str:
    return f"{min(shares):.1%} to {max(shares):.1%}"


def _write(lines: list[str], cells: list[Cell]) -> None:
    before, _, rest = DOC.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOC.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")
    with CELLS.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        table.writerows([_written(cell, name) for name in _COLUMNS] for cell in cells)


_COLUMNS = tuple(field.name for field in fields(Cell))


def _written(cell: Cell, column: str) -> object:
    value = getattr(cell, column)
    return value.name if isinstance(value, Scenario) else round(value, 9) if isinstance(value, float) else value


def read_cells(path: Path = CELLS) -> list[Cell]:
    """What `--write` wrote: the tables of the page are made of nothing else."""
    scenarios = {scenario.name: scenario for scenario in SCENARIOS}
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Cell(
                scenario=scenarios[row["scenario"]],
                width=float(row["width"]),
                expected_power=float(row["expected_power"]),
                **{name: int(row[name]) for name in _COLUMNS if name not in ("scenario", "width", "expected_power")},
            )
            for row in csv.DictReader(file)
        ]


if __name__ == "__main__":
    sys.exit(main())
