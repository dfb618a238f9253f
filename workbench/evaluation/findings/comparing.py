"""A further variant against the first: every metric's verdict, what flipped, what differs in the prompts."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.evaluation.findings.flips import flips
from workbench.evaluation.findings.records import Comparison, MetricComparison, PreferenceFinding, VariantFindings
from workbench.evaluation.findings.settings import Library
from workbench.evaluation.statistics.analysis import VariantVerdict
from workbench.evaluation.statistics.metrics import WHOLE_CASE
from workbench.evaluation.statistics.sentences import metric_label, verdict_sentence
from workbench.evaluation.statistics.verdicts import Decision, MetricVerdict


def comparison(
    one: VariantVerdict,
    variants: Mapping[str, VariantFindings],
    library: Library,
    preferences: PreferenceFinding | None,
) -> Comparison:
    a, b = variants[one.baseline], variants[one.candidate]
    rows = tuple(_metric(verdict, one) for verdict in one.verdicts)
    whole = next((row for row in rows if row.metric == WHOLE_CASE), None)
    proven = [row for row in rows if row.decision is not Decision.NOT_ENOUGH_EVIDENCE and row is not whole]
    return Comparison(
        baseline=a.name,
        candidate=b.name,
        headline=whole.sentence if whole else "",
        decision=whole.decision if whole else Decision.NOT_ENOUGH_EVIDENCE,
        proven=tuple(row.sentence for row in proven),
        metrics=rows,
        flips=flips(a.played_conversations, b.played_conversations),
        prompt_diffs=library.prompt_diffs(a.spec, b.spec),
        preferences=preferences,
    )


def _metric(verdict: MetricVerdict, one: VariantVerdict) -> MetricComparison:
    row = verdict.difference
    return MetricComparison(
        metric=row.metric.name,
        label=metric_label(row.metric.name),
        kind=row.metric.kind,
        unit=row.metric.unit,
        higher_is_better=row.metric.higher_is_better,
        a=row.a,
        b=row.b,
        difference=row.difference,
        low=row.low,
        high=row.high,
        bootstrap_low=row.bootstrap_low,
        bootstrap_high=row.bootstrap_high,
        p_value=row.p_value,
        adjusted_p=verdict.adjusted_p,
        method=row.method.value,
        decision=verdict.decision,
        gap=verdict.gap,
        more_conversations=verdict.more_conversations,
        more_usd=verdict.more_usd,
        more_for=verdict.more_for,
        sentence=verdict_sentence(verdict, a=one.baseline, b=one.candidate),
        conversations=row.conversations,
        better=row.better_in,
        worse=row.worse_in,
        left_out=row.left_out_in,
    )
