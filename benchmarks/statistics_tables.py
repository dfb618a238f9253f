"""The cells of the statistics' study, its tables in docs/evaluation.md and the file that they are made of."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

DOC = Path(__file__).parents[1] / "docs" / "evaluation.md"
CELLS = DOC.with_name("statistics_study.csv")
BEGIN, END = "<!-- study -->", "<!-- /study -->"

SIZES = (30, 50, 100, 200)
TRIALS = (1, 2, 3, 4, 5)
TURNS = tuple(range(1, 9))
ALPHA = 0.05
COVERAGE = (0.93, 0.97)


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


def cell_tables(cells: list[Cell]) -> list[str]:
    return [*_main_table(cells), *_scenario_table(cells)]


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


def missed(cells: list[Cell]) -> list[str]:
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
    found = missed(cells)
    count = len(list(_pooled(cells)))
    lines = [f"\nOut of range among the {count} cells of n × trials × turns: {len(found) or 'none'}."]
    lines += [f"- {line}" for line in found]
    above = [false for _, false, _, _ in _pooled(cells) if false > ALPHA]
    mean = np.mean([false for _, false, _, _ in _pooled(cells)])
    lines.append(
        f"\nA/A false verdicts: {mean:.2%} on average; {len(above)} of {count} cells are above 5.0 % as counted."
    )
    lines += [_lone_nulls(cells), _lone_rates(cells)]
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


def _lone_nulls(cells: list[Cell]) -> str:
    """Every A/A cell by itself, where a thousand experiments leave a noise of 0.7 points."""
    false = [cell.share(cell.verdicts) for cell in cells if cell.scenario.is_null]
    noise = np.sqrt(ALPHA * (1 - ALPHA) / cells[0].experiments)
    above, beyond = (sum(share > most for share in false) for most in (ALPHA, ALPHA + 3 * noise))
    return (
        f"\nScenario by scenario, {above} of {len(false)} A/A cells are above 5.0 %, the highest {max(false):.1%}; "
        f"{beyond or 'none'} beyond what a true 5.0 % gives by chance (three standard errors of {noise:.1%})."
    )


def _lone_rates(cells: list[Cell]) -> str:
    rates = [rate for *_, rate in _pooled(cells)]
    outside = [rate for rate in rates if not COVERAGE[0] <= rate <= COVERAGE[1]]
    span = f", {_span(outside)}" if outside else ""
    return (
        f"\nOne rate's interval covers less than 93 % or more than 97 % in {len(outside)} of {len(rates)} cells{span}."
    )


def _span(shares: list[float]) -> str:
    return f"{min(shares):.1%} to {max(shares):.1%}"


def write(lines: list[str], cells: list[Cell]) -> None:
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
