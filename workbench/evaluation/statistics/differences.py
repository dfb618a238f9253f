"""The difference of two variants on the same conversations, metric by metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.evaluation.statistics.bootstrap import cluster_bootstrap
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
    better_in: tuple[str, ...]
    """Case ids in which B did better, and worse."""
    worse_in: tuple[str, ...]
    left_out_in: tuple[str, ...]
    """Case ids that only one variant was scored in."""
    bootstrap_low: float
    """The cluster bootstrap's 95 % interval: a cross-check, it decides nothing."""
    bootstrap_high: float

    @property
    def better(self) -> int:
        return len(self.better_in)

    @property
    def worse(self) -> int:
        return len(self.worse_in)

    @property
    def differing(self) -> int:
        return self.better + self.worse

    @property
    def left_out(self) -> int:
        return len(self.left_out_in)


@dataclass(frozen=True, slots=True)
class _Pairs:
    metric: Metric
    a: Floats
    b: Floats
    differences: Floats
    """On all conversations of the comparison; 0 where the metric has no pair."""
    paired: NDArray[np.bool_]
    single: bool
    conversations: Sequence[str]
    left_out: tuple[str, ...]

    @property
    def method(self) -> Method:
        single_rate = self.metric.kind is MetricKind.RATE and self.single
        return Method.MID_P_MCNEMAR if single_rate else Method.SIGN_FLIP

    def where(self, holds: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(self.conversations[int(position)] for position in np.flatnonzero(holds))


def paired_differences(
    a: Measurements, b: Measurements, *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[Difference, ...]:
    """For every metric of `a` with at least one conversation scored in both, in the order of the metrics."""
    [rows] = family_differences(a, [b], resamples=resamples, seed=seed)
    return rows


def family_differences(
    a: Measurements, others: Sequence[Measurements], *, resamples: int = RESAMPLES, seed: int = SEED
) -> list[tuple[Difference, ...]]:
    """The same of each of `others`, whose p-values are all corrected together: the more there are, the finer."""
    paired = [_all_pairs(a, b) for b in others]
    tests = sum(bool(pair.differences.any()) for pairs in paired for pair in pairs)
    return [_compared(pairs, resamples, seed, tests) for pairs in paired]


def _all_pairs(a: Measurements, b: Measurements) -> list[_Pairs]:
    places = {case: at for at, case in enumerate(sorted(a.conversations & b.conversations))}
    pairs = (_pairs(metric, a.of(name), b.of(name), places) for name, metric in a.metrics.items())
    return [pair for pair in pairs if pair.paired.any()]


def _compared(pairs: Sequence[_Pairs], resamples: int, seed: int, tests: int) -> tuple[Difference, ...]:
    flipped = [pair.differences for pair in pairs if pair.method is Method.SIGN_FLIP]
    drawn = sign_flip_p_values(np.array(flipped), resamples=resamples, seed=seed, tests=tests) if flipped else ()
    p_values = iter(drawn)
    bounds = _bootstrapped(pairs, resamples, seed)
    return tuple(
        _difference(pair, float(next(p_values)) if pair.method is Method.SIGN_FLIP else None, bound)
        for pair, bound in zip(pairs, bounds, strict=True)
    )


def _bootstrapped(pairs: Sequence[_Pairs], resamples: int, seed: int) -> list[tuple[float, float]]:
    if not pairs:
        return []
    differences = np.array([pair.differences for pair in pairs])
    low, high = cluster_bootstrap(
        differences, np.array([pair.paired for pair in pairs]), resamples=resamples, seed=seed
    )
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _pairs(metric: Metric, a: _ByCase, b: _ByCase, places: Mapping[str, int]) -> _Pairs:
    """`places` gives each conversation of the comparison its position."""
    mine, theirs = _columns(a, places), _columns(b, places)
    paired = (mine[1] > 0) & (theirs[1] > 0)
    means_a, means_b = (total[paired] / count[paired] for total, count in (mine, theirs))
    differences = np.zeros(len(places))
    differences[paired] = means_b - means_a
    conversations = tuple(places)
    return _Pairs(
        metric=metric,
        a=means_a,
        b=means_b,
        differences=differences,
        paired=paired,
        single=bool((mine[1][paired] == 1).all() and (theirs[1][paired] == 1).all()),
        conversations=conversations,
        left_out=tuple(conversations[int(at)] for at in np.flatnonzero((mine[1] > 0) != (theirs[1] > 0))),
    )


def _columns(observed: _ByCase, places: Mapping[str, int]) -> tuple[Floats, NDArray[np.int64]]:
    """Totals and counts at each conversation's position, 0 where there is no observation. Cheap for 20,000 of them."""
    total, count = np.zeros(len(places)), np.zeros(len(places), dtype=np.int64)
    at = np.array([places.get(case, -1) for case in observed], dtype=np.int64)
    known = at >= 0
    total[at[known]] = np.array([case.total for case in observed.values()])[known]
    count[at[known]] = np.array([case.count for case in observed.values()], dtype=np.int64)[known]
    return total, count


def _difference(pairs: _Pairs, p_value: float | None, bootstrap: tuple[float, float]) -> Difference:
    differences = pairs.differences[pairs.paired]
    improvement = pairs.differences if pairs.metric.higher_is_better else -pairs.differences
    better, worse = pairs.where(improvement > 0), pairs.where(improvement < 0)
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
        p_value=mid_p_mcnemar(len(worse), len(better)) if p_value is None else p_value,
        method=pairs.method,
        conversations=len(differences),
        better_in=better,
        worse_in=worse,
        left_out_in=pairs.left_out,
        bootstrap_low=bootstrap[0],
        bootstrap_high=bootstrap[1],
    )
