"""What is measured of a conversation: pass rates by scorer, time, tokens, money, model calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.evaluation.statistics.model_calls import asked_model
from workbench.records import CaseResult, TurnRecord, Verdict

WHOLE_CASE = "case"
"""The name under which the verdict of the whole case is measured."""


class MetricKind(StrEnum):
    RATE = "rate"
    """Every observation is 0 or 1."""
    MEAN = "mean"


class Unit(StrEnum):
    SHARE = "share"
    SECONDS = "seconds"
    TOKENS = "tokens"
    USD = "usd"
    COUNT = "count"


Verdicts = Mapping[str, Verdict]
"""By scorer, the whole case included."""
Observe = Callable[[CaseResult, Verdicts], Iterable[float]]


@dataclass(frozen=True, slots=True)
class Metric:
    """`observe` gives the observations of one conversation played once: none when there was nothing to score."""

    name: str
    kind: MetricKind
    unit: Unit
    higher_is_better: bool
    observe: Observe


@dataclass(frozen=True, slots=True)
class Observed:
    """All observations of one conversation, over its trials."""

    total: float
    count: int

    @property
    def mean(self) -> float:
        return self.total / self.count


_NOTHING = Observed(0.0, 0)


@dataclass(slots=True)
class Measurements:
    """A variant's observations by metric and conversation; sums only, so that a run of any size fits."""

    metrics: Mapping[str, Metric]
    observed: dict[str, dict[str, Observed]] = field(default_factory=dict)
    conversations: set[str] = field(default_factory=set)
    trials: int = 0
    """The most trials of one conversation."""
    errors: int = 0
    """Conversations (trials counted apart) that broke off: they are in no metric."""
    usd: float = 0.0
    """All that the conversations cost: bot, simulated customers and judge, those that broke off too."""

    def add(self, result: CaseResult) -> None:
        self.conversations.add(result.case_id)
        self.trials = max(self.trials, result.trial)
        self.usd += float(result.bot_usd + result.evaluation_usd)
        if result.error:
            self.errors += 1
            return
        verdicts = {WHOLE_CASE: result.verdict} | {score.scorer: score.verdict for score in result.scores}
        for name, metric in self.metrics.items():
            values = tuple(metric.observe(result, verdicts))
            if values:
                cases = self.observed.setdefault(name, {})
                before = cases.get(result.case_id, _NOTHING)
                cases[result.case_id] = Observed(before.total + sum(values), before.count + len(values))

    def of(self, metric: str) -> Mapping[str, Observed]:
        return self.observed.get(metric, {})


def measure(results: Iterable[CaseResult], metrics: Iterable[Metric]) -> Measurements:
    """One pass over `results`; nothing of them is kept."""
    measured = Measurements({metric.name: metric for metric in metrics})
    for result in results:
        measured.add(result)
    return measured


_OBSERVED = {Verdict.PASS: (1.0,), Verdict.FAIL: (0.0,)}


def pass_rate(scorer: str) -> Metric:
    """Share of passes among what was scored; `error` and `unscored` are no observation."""

    def observe(_result: CaseResult, verdicts: Verdicts) -> Iterable[float]:
        return _OBSERVED.get(verdicts.get(scorer, Verdict.UNSCORED), ())

    return Metric(scorer, MetricKind.RATE, Unit.SHARE, higher_is_better=True, observe=observe)


def default_metrics(scorers: Sequence[str]) -> tuple[Metric, ...]:
    """The whole case, each scorer, then latency, money, tokens and calls."""
    return (pass_rate(WHOLE_CASE), *(pass_rate(name) for name in scorers), *MEANS)


def _by_turn(value: Callable[[TurnRecord], float]) -> Observe:
    return lambda result, _verdicts: (value(turn) for turn in result.turns)


def _whole(value: Callable[[TurnRecord], float]) -> Observe:
    """Summed over the conversation."""
    return lambda result, _verdicts: (sum(value(turn) for turn in result.turns),) if result.turns else ()


def _lower(name: str, unit: Unit, observe: Observe) -> Metric:
    return Metric(name, MetricKind.MEAN, unit, higher_is_better=False, observe=observe)


def _usd(turn: TurnRecord) -> float:
    return float(sum(call.cost_usd for call in turn.trace.calls))


def _model_calls(turn: TurnRecord) -> float:
    """Where the embedded baseline answers of its own accord no model is asked."""
    return sum(map(asked_model, turn.trace.calls))


def _retries(turn: TurnRecord) -> float:
    return sum(max(len(call.attempts) - 1, 0) for call in turn.trace.calls)


MEANS: tuple[Metric, ...] = (
    _lower("latency", Unit.SECONDS, _by_turn(lambda turn: turn.trace.total_seconds)),
    _lower("model_time", Unit.SECONDS, _by_turn(lambda turn: turn.trace.model_seconds)),
    _lower("overhead", Unit.SECONDS, _by_turn(lambda turn: turn.trace.total_seconds - turn.trace.model_seconds)),
    _lower("cost", Unit.USD, _whole(_usd)),
    _lower("input_tokens", Unit.TOKENS, _whole(lambda turn: sum(call.usage.input_tokens for call in turn.trace.calls))),
    _lower(
        "output_tokens", Unit.TOKENS, _whole(lambda turn: sum(call.usage.output_tokens for call in turn.trace.calls))
    ),
    _lower("model_calls", Unit.COUNT, _whole(_model_calls)),
    _lower("retries", Unit.COUNT, _whole(_retries)),
)
"""Latency, model time and our own overhead are means over turns; the rest is summed over a conversation."""
