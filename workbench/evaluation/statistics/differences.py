"""The difference of two variants on the same conversations, metric by metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.evaluation.statistics.intervals import difference_interval, spread_of
from workbench.evaluation.statistics.metrics import Measurements, Metric, MetricKind, Observed
from workbench.evaluation.statistics.rates import Floats
from workbench.evaluation.statistics.significance import RESAMPLES, SEED, mid_p_mcnemar, sign_flip_p_values

_ByCase = Mapping[str, Observed]


class Method(StrEnum):
    MID_P_MCNEMAR = "mid_p_mcnemar"
    """Pass or fail, once for each conversation."""
    SIGN_FLIP = "sign_flip"
    """Several trials or turns of a conversation, or a mean."""


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A over the conversations that both variants were scored in, in the metric's unit; 95 % interval."""

    metric: Metric
    a: float
    b: float
    difference: float
    low: float
    high: float
    spread: float
    """Standard deviation of the conversations' differences, as the interval uses it."""
    p_value: float
    method: Method
    conversations: int
    differing: int
    better: int
    """Conversations in which B did better, and worse."""
    worse: int
    left_out: int
    """Conversations that only one variant was scored in."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    metric: Metric
    a: Floats
    b: Floats
    differences: Floats
    """On all conversations of the comparison; 0 where the metric has no pair."""
    paired: np.ndarray
    single: bool
    left_out: int

    @property
    def method(self) -> Method:
        single_rate = self.metric.kind is MetricKind.RATE and self.single
        return Method.MID_P_MCNEMAR if single_rate else Method.SIGN_FLIP


def paired_differences(
    a: Measurements, b: Measurements, *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[Difference, ...]:
    """For every metric of `a` with at least one conversation scored in both, in the order of the metrics."""
    conversations = sorted(a.conversations & b.conversations)
    pairs = [_pairs(metric, a.of(name), b.of(name), conversations) for name, metric in a.metrics.items()]
    pairs = [pair for pair in pairs if pair.paired.any()]
    flipped = [pair.differences for pair in pairs if pair.method is Method.SIGN_FLIP]
    p_values = iter(sign_flip_p_values(np.array(flipped), resamples=resamples, seed=seed) if flipped else ())
    return tuple(
        _difference(pair, float(next(p_values)) if pair.method is Method.SIGN_FLIP else None) for pair in pairs
    )


def _pairs(metric: Metric, a: _ByCase, b: _ByCase, conversations: Sequence[str]) -> _Pairs:
    both = [(a.get(case), b.get(case)) for case in conversations]
    paired = np.array([one is not None and two is not None for one, two in both], dtype=bool)
    pairs = [(one, two) for one, two in both if one is not None and two is not None]
    means = np.array([(one.mean, two.mean) for one, two in pairs]).reshape(-1, 2)
    differences = np.zeros(len(conversations))
    differences[paired] = means[:, 1] - means[:, 0]
    return _Pairs(
        metric=metric,
        a=means[:, 0],
        b=means[:, 1],
        differences=differences,
        paired=paired,
        single=all(one.count == two.count == 1 for one, two in pairs),
        left_out=sum((one is None) != (two is None) for one, two in both),
    )


def _difference(pairs: _Pairs, p_value: float | None) -> Difference:
    differences = pairs.differences[pairs.paired]
    sign = 1 if pairs.metric.higher_is_better else -1
    better, worse = int((sign * differences > 0).sum()), int((sign * differences < 0).sum())
    low, high = (float(bound) for bound in difference_interval(differences))
    if pairs.metric.kind is MetricKind.RATE:
        low, high = max(low, -1.0), min(high, 1.0)
    return Difference(
        metric=pairs.metric,
        a=float(pairs.a.mean()),
        b=float(pairs.b.mean()),
        difference=float(differences.mean()),
        low=low,
        high=high,
        spread=spread_of(differences),
        p_value=mid_p_mcnemar(worse, better) if p_value is None else p_value,
        method=pairs.method,
        conversations=len(differences),
        differing=better + worse,
        better=better,
        worse=worse,
        left_out=pairs.left_out,
    )
