"""Verdicts on their way into the database, one row for each metric of each comparison."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.findings.records import Comparison, Findings, MetricComparison
from workbench.evaluation.findings.stored import experiment_findings
from workbench.storage.database import StoredComparison
from workbench.storage.experiment_files import ExperimentFolder


def verdicts_of(folder: ExperimentFolder) -> tuple[StoredComparison, ...]:
    """What `take_in` asks for. Raises StoreError."""
    return stored_comparisons(experiment_findings(folder))


def stored_comparisons(findings: Findings) -> tuple[StoredComparison, ...]:
    """Only between runs that are known by an id."""
    runs = {variant.name: variant.run_id for variant in findings.variants}
    return tuple(row for comparison in findings.comparisons for row in _rows(findings, comparison, runs))


def _rows(findings: Findings, comparison: Comparison, runs: dict[str, str | None]) -> Iterator[StoredComparison]:
    baseline, candidate = runs[comparison.baseline], runs[comparison.candidate]
    if baseline and candidate:
        yield from (_row(findings.experiment_id, baseline, candidate, row) for row in comparison.metrics)


def _row(experiment_id: str, baseline: str, candidate: str, row: MetricComparison) -> StoredComparison:
    return StoredComparison(
        experiment_id=experiment_id,
        baseline_run=baseline,
        candidate_run=candidate,
        metric=row.metric,
        label=row.label,
        unit=row.unit.value,
        a=row.a,
        b=row.b,
        difference=row.difference,
        low=row.low,
        high=row.high,
        p_value=row.p_value,
        adjusted_p=row.adjusted_p,
        decision=row.decision.value,
        gap=row.gap.value if row.gap else None,
        conversations=row.conversations,
        better=len(row.better),
        worse=len(row.worse),
        more_conversations=row.more_conversations,
        sentence=row.sentence,
    )
