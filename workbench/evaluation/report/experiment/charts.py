"""The geometry of the page's charts: everything in per cent of the width or height that is drawn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.evaluation.findings.records import (
    NONE,
    Bar,
    Comparison,
    Confusion,
    ConfusionCell,
    Distribution,
    Findings,
    MetricComparison,
    RateFinding,
)
from workbench.evaluation.statistics.metrics import MetricKind


@dataclass(frozen=True, slots=True)
class RateRow:
    """One scorer with its rate in each variant; None where that variant has none."""

    metric: str
    label: str
    rates: tuple[RateFinding | None, ...]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """The interval of one difference between `left` and `right`, its point at `at`."""

    row: MetricComparison
    left: float
    right: float
    at: float


@dataclass(frozen=True, slots=True)
class Forest:
    """Differences of pass rates around 0, which is at 50 %. `reach` is the difference at the right end."""

    rows: tuple[ForestRow, ...]
    reach: float


@dataclass(frozen=True, slots=True)
class HistogramBar:
    bar: Bar
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """One metric; for each variant its distribution, None where it has none, and the bars."""

    metric: str
    label: str
    variants: tuple[tuple[Distribution | None, tuple[HistogramBar, ...]], ...]


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    expected: str
    cells: tuple[tuple[ConfusionCell | None, float], ...]
    """With each cell its share of the row, 0 to 1."""


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    columns: tuple[str, ...]
    rows: tuple[ConfusionRow, ...]


def rate_rows(findings: Findings) -> tuple[RateRow, ...]:
    """In the order of the metrics, every scorer that any variant has a rate of."""
    names = dict.fromkeys((rate.metric, rate.label) for variant in findings.variants for rate in variant.rates)
    return tuple(
        RateRow(metric, label, tuple(variant.rate(metric) for variant in findings.variants)) for metric, label in names
    )


def forest(comparison: Comparison) -> Forest:
    """Rates only: their differences have one scale."""
    rates = [row for row in comparison.metrics if row.kind is MetricKind.RATE and (row.better or row.worse)]
    reach = max((max(abs(row.low), abs(row.high)) for row in rates), default=0.1)
    reach = min(max(reach * 1.05, 0.05), 1.0)
    return Forest(tuple(_forest_row(row, reach) for row in rates), reach)


def _forest_row(row: MetricComparison, reach: float) -> ForestRow:
    left, right, at = (_place(value, reach) for value in (row.low, row.high, row.difference))
    return ForestRow(row, left, right, at)


def _place(value: float, reach: float) -> float:
    return round(50 + 50 * max(min(value / reach, 1.0), -1.0), 2)


def histograms(findings: Findings) -> tuple[Histogram, ...]:
    names = dict.fromkeys((one.metric, one.label) for variant in findings.variants for one in variant.distributions)
    return tuple(
        Histogram(metric, label, tuple(_bars([v.distribution(metric) for v in findings.variants])))
        for metric, label in names
    )


def _bars(found: Sequence[Distribution | None]) -> Iterator[tuple[Distribution | None, tuple[HistogramBar, ...]]]:
    """Bars of all variants on one scale: the share of the variant's own values."""
    shares = [bar.count / one.count for one in found if one for bar in one.bars]
    tallest = max(shares, default=1.0) or 1.0
    for one in found:
        bars = one.bars if one else ()
        yield one, tuple(HistogramBar(bar, round(100 * bar.count / (one.count * tallest), 1)) for bar in bars if one)


def confusion_table(confusion: Confusion) -> ConfusionTable:
    """Expected intents as rows, what was understood as columns; NONE closes both when it was seen."""
    names = confusion.intents
    rows = (*names, *((NONE,) if any(cell.expected == NONE for cell in confusion.cells) else ()))
    columns = (*names, *((NONE,) if any(cell.found == NONE for cell in confusion.cells) else ()))
    return ConfusionTable(columns, tuple(_confusion_row(confusion, name, columns) for name in rows))


def _confusion_row(confusion: Confusion, expected: str, columns: Sequence[str]) -> ConfusionRow:
    cells = [confusion.cell(expected, found) for found in columns]
    total = sum(cell.count for cell in cells if cell) or 1
    return ConfusionRow(expected, tuple((cell, (cell.count / total if cell else 0.0)) for cell in cells))
