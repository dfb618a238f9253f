"""Mood and feedback as metrics beside the rest. Of real or model-played customers: a fixed script has no mood."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.evaluation.sentiment.reading import mood_of
from workbench.evaluation.statistics.metrics import Metric, MetricKind, Unit, Verdicts
from workbench.records import CaseResult


def _moods(result: CaseResult, _verdicts: Verdicts) -> Iterable[float]:
    """One for each turn after the first: what the customer says once the bot has answered."""
    for turn in result.turns[1:]:
        text = "\n".join(message.text for message in turn.messages if message.text and not message.button_payload)
        if text:
            yield mood_of(text).value


SENTIMENT = Metric("sentiment", MetricKind.MEAN, Unit.COUNT, higher_is_better=True, observe=_moods)
"""Mean mood, -1 to 1."""
