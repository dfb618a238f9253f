"""What findings say, in the language that is read now. They themselves hold the report's Spanish."""

from __future__ import annotations

from dataclasses import fields

from workbench.evaluation.findings.failures import BROKEN
from workbench.evaluation.findings.reasons import reason_group, reason_said
from workbench.evaluation.findings.records import Comparison, FailureGroup, MetricComparison
from workbench.evaluation.statistics.metrics import WHOLE_CASE
from workbench.evaluation.statistics.sentences import Told, sentence
from workbench.evaluation.statistics.verdicts import Decision


def sentence_of(row: MetricComparison, comparison: Comparison) -> str:
    told = Told(**{field.name: getattr(row, field.name) for field in fields(Told)})
    return sentence(told, a=comparison.baseline, b=comparison.candidate)


def headline_of(comparison: Comparison) -> str:
    """What is known of the whole case; "" when it is in no row."""
    whole = comparison.of(WHOLE_CASE)
    return sentence_of(whole, comparison) if whole else ""


def proven_of(comparison: Comparison) -> tuple[str, ...]:
    """One sentence for every other metric in which the candidate is better or worse beyond doubt."""
    rows = (row for row in comparison.metrics if row.metric != WHOLE_CASE)
    return tuple(sentence_of(row, comparison) for row in rows if row.decision is not Decision.NOT_ENOUGH_EVIDENCE)


def reason_of(group: FailureGroup) -> str:
    return group.reason if group.scorer == BROKEN else reason_group(group.example)


def example_of(group: FailureGroup) -> str:
    """One of the group with its turn; what broke off speaks in its own words."""
    return group.example if group.scorer == BROKEN else reason_said(group.example)
