"""How latencies, costs and tokens are spread, with the same bars for every variant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.evaluation.findings.records import Bar, Distribution, Key, key_of
from workbench.evaluation.statistics.metrics import MEANS, Metric
from workbench.evaluation.statistics.rates import Floats
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import CaseResult

SHOWN = ("latency", "model_time", "overhead", "cost", "input_tokens", "output_tokens", "model_calls")
BARS = 16
_HIGHEST = 10
_METRICS = tuple(metric for metric in MEANS if metric.name in SHOWN)


@dataclass(slots=True)
class Spread:
    """The values of one variant; fed result by result. What broke off is in no metric."""

    values: dict[str, list[float]] = field(default_factory=dict)
    keys: dict[str, list[Key]] = field(default_factory=dict)

    def add(self, result: CaseResult) -> None:
        if result.error:
            return
        for metric in _METRICS:
            for value in metric.observe(result, {}):
                self.values.setdefault(metric.name, []).append(value)
                self.keys.setdefault(metric.name, []).append(key_of(result))


def distributions(
    spreads: Sequence[Spread], *, leaving_out: frozenset[str] = frozenset()
) -> tuple[tuple[Distribution, ...], ...]:
    """For each variant its distributions; a metric that is nowhere above 0 tells nothing and is left out."""
    shown = [
        metric
        for metric in _METRICS
        if metric.name not in leaving_out and any(max(spread.values.get(metric.name, [0])) > 0 for spread in spreads)
    ]
    edges = {metric.name: _edges([spread.values.get(metric.name, []) for spread in spreads]) for metric in shown}
    return tuple(
        tuple(_distribution(metric, spread, edges[metric.name]) for metric in shown if spread.values.get(metric.name))
        for spread in spreads
    )


def _edges(runs: Sequence[Sequence[float]]) -> Floats:
    """BARS + 1 edges, equally wide; on a logarithmic scale when the values span more than two decades."""
    values = np.concatenate([np.asarray(run, dtype=float) for run in runs])
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.array([low, low + (abs(low) or 1.0)])
    positive = values[values > 0]
    if low > 0 and high / float(positive.min()) > 100:
        return np.asarray(np.geomspace(low, high, BARS + 1))
    return np.linspace(low, high, BARS + 1)


def _distribution(metric: Metric, spread: Spread, edges: Floats) -> Distribution:
    values, keys = np.asarray(spread.values[metric.name]), spread.keys[metric.name]
    p50, p90, p99 = (float(value) for value in np.quantile(values, [0.5, 0.9, 0.99]))
    slowest = dict.fromkeys(keys[position] for position in np.argsort(-values, kind="stable"))
    return Distribution(
        metric=metric.name,
        label=metric_label(metric.name),
        unit=metric.unit,
        count=len(values),
        mean=float(values.mean()),
        p50=p50,
        p90=p90,
        p99=p99,
        least=float(values.min()),
        most=float(values.max()),
        bars=tuple(_bars(values, keys, edges)),
        highest=tuple(slowest)[:_HIGHEST],
    )


def _bars(values: Floats, keys: Sequence[Key], edges: Floats) -> Iterator[Bar]:
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    members: list[list[Key]] = [[] for _ in range(len(edges) - 1)]
    for place, key in zip(places, keys, strict=True):
        members[place].append(key)
    for number, inside in enumerate(members):
        yield Bar(float(edges[number]), float(edges[number + 1]), len(inside), tuple(dict.fromkeys(inside)))
