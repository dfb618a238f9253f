"""Two or more variants on the same conversations: rates, reliability, differences and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot_core.errors import UserError
from workbench.evaluation.scorers.table import SCORERS
from workbench.evaluation.statistics.differences import Difference, family_differences
from workbench.evaluation.statistics.metrics import (
    WHOLE_CASE,
    Measurements,
    Metric,
    MetricKind,
    default_metrics,
    measure,
)
from workbench.evaluation.statistics.rates import RateEstimate, RateMethod, rate_of
from workbench.evaluation.statistics.reliability import Reliability, pass_hat_k
from workbench.evaluation.statistics.significance import RESAMPLES, SEED
from workbench.evaluation.statistics.verdicts import MetricVerdict, decide
from workbench.records import CaseResult

STANDARD_METRICS = default_metrics(tuple(SCORERS))


@dataclass(frozen=True, slots=True)
class VariantAnalysis:
    """One variant on its own. `reliability` is pass^1, pass^2, … of the whole case, up to its trials."""

    name: str
    rates: dict[str, RateEstimate]
    reliability: tuple[Reliability, ...]
    conversations: int
    trials: int
    errors: int
    usd_per_conversation: float
    """Bot, simulated customers and judge, all its trials together."""


@dataclass(frozen=True, slots=True)
class VariantVerdict:
    """`candidate` against the first variant, one verdict for each metric that both were scored in."""

    baseline: str
    candidate: str
    verdicts: tuple[MetricVerdict, ...]

    def of(self, metric: str) -> MetricVerdict | None:
        return next((verdict for verdict in self.verdicts if verdict.difference.metric.name == metric), None)


@dataclass(frozen=True, slots=True)
class Analysis:
    variants: tuple[VariantAnalysis, ...]
    comparisons: tuple[VariantVerdict, ...]


def analyse(
    results: Sequence[Iterable[CaseResult]],
    names: Sequence[str],
    *,
    metrics: Sequence[Metric] = STANDARD_METRICS,
    rate_method: RateMethod = "wilson",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    partial: bool = False,
    pairs_usd: float = 0.0,
) -> Analysis:
    """Every further variant against the first; Holm's correction goes over all metrics of all these comparisons.

    `results` are read once, one variant after the other, and may be generators. Partial runs are fine: only
    conversations that both hold are compared. Raises UserError when names are missing, and when a comparison has no
    conversation in common; with `partial` that comparison is left out instead. `pairs_usd` is what a judge costs that
    compares the variants' conversations: a conversation of all variants, all trials.
    """
    if len(results) != len(names) or not names:
        raise UserError(f"{len(results)} runs, but {len(names)} names: every variant needs one")
    measured = [measure(run, metrics) for run in results]
    variants = tuple(_variant(name, run, rate_method) for name, run in zip(names, measured, strict=True))
    chosen = [position for position, run in enumerate(measured) if position and _comparable(measured[0], run)]
    if len(chosen) < len(names) - 1 and not partial:
        missing = next(name for position, name in enumerate(names) if position and position not in chosen)
        hint = "compare runs of one split"
        raise UserError(f"{names[0]} and {missing} have no conversation in common", hint=hint)
    compared = family_differences(measured[0], [measured[at] for at in chosen], resamples=resamples, seed=seed)
    return Analysis(variants, _verdicts(variants[0], [variants[at] for at in chosen], compared, pairs_usd))


def _comparable(a: Measurements, b: Measurements) -> bool:
    return bool(a.conversations & b.conversations)


def _verdicts(
    baseline: VariantAnalysis,
    candidates: Sequence[VariantAnalysis],
    compared: Sequence[tuple[Difference, ...]],
    pairs_usd: float,
) -> tuple[VariantVerdict, ...]:
    usd = pairs_usd + sum(variant.usd_per_conversation for variant in (baseline, *candidates))
    verdicts = iter(decide([row for rows in compared for row in rows], usd_per_conversation=usd))
    return tuple(
        VariantVerdict(baseline.name, variant.name, tuple(next(verdicts) for _ in rows))
        for variant, rows in zip(candidates, compared, strict=True)
    )


def _variant(name: str, measured: Measurements, rate_method: RateMethod) -> VariantAnalysis:
    rates = {
        metric.name: estimate
        for metric in measured.metrics.values()
        if metric.kind is MetricKind.RATE
        and (estimate := rate_of(measured.of(metric.name).values(), method=rate_method)) is not None
    }
    whole = measured.of(WHOLE_CASE).values()
    reliability = [pass_hat_k(whole, k) for k in range(1, max(measured.trials, 1) + 1)]
    return VariantAnalysis(
        name=name,
        rates=rates,
        reliability=tuple(row for row in reliability if row is not None),
        conversations=len(measured.conversations),
        trials=measured.trials,
        errors=measured.errors,
        usd_per_conversation=measured.usd / max(len(measured.conversations), 1),
    )
