"""What findings measure of a conversation."""

from __future__ import annotations

from workbench.evaluation.customers.summary import GOAL
from workbench.evaluation.judge.rubric import JUDGE_SCORERS
from workbench.evaluation.sentiment.metrics import SENTIMENT
from workbench.evaluation.sentiment.opinions import OPINIONS, QUICK_REPLIES
from workbench.evaluation.statistics.analysis import STANDARD_METRICS
from workbench.evaluation.statistics.metrics import Metric, MetricKind, pass_rate

_SCORED = (*STANDARD_METRICS, pass_rate(GOAL), *(pass_rate(name) for name in JUDGE_SCORERS))
METRICS = (*_SCORED, SENTIMENT, OPINIONS, QUICK_REPLIES)
TIMES = frozenset({"latency", "model_time", "overhead"})
RATES = tuple(metric.name for metric in _SCORED if metric.kind is MetricKind.RATE)


def metrics_of(*, timed: bool) -> tuple[Metric, ...]:
    """All of them; without the times of a replay, which say nothing of the models."""
    return tuple(metric for metric in METRICS if timed or metric.name not in TIMES)
