"""The judge's verdicts as metrics: one observation for each reply, since a reply is what a judge is calibrated on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbench.evaluation.judge.rubric import JUDGE_SCORERS, Rubric
from workbench.evaluation.statistics.metrics import Metric, MetricKind, Observe, Unit, Verdicts
from workbench.records import CaseResult, Score, Verdict

_TURN = re.compile(r"turn (\d+): ")


def judge_metrics() -> tuple[Metric, ...]:
    """Pass rates over replies, clustered by conversation like every other rate."""
    return tuple(
        Metric(rubric.scorer, MetricKind.RATE, Unit.SHARE, higher_is_better=True, observe=_observer(rubric))
        for rubric in Rubric
    )


def reply_verdicts(score: Score | None, turns: int) -> tuple[bool, ...]:
    """For each of `turns` replies whether it passed; empty when the judge did not score the case."""
    if score is None or score.verdict not in (Verdict.PASS, Verdict.FAIL):
        return ()
    if score.verdict is Verdict.FAIL and not any(map(_TURN.match, score.reasons)):
        return (False,)  # it does not say which reply: the case counts once
    failed = {int(match[1]) for reason in score.reasons if (match := _TURN.match(reason))}
    return tuple(turn not in failed for turn in range(1, turns + 1))


def unjudged_turns(score: Score | None) -> frozenset[int]:
    """The turns whose reply the judge failed to score, from 1; the whole case is in no rate of its rubric then."""
    if score is None or score.verdict is not Verdict.UNSCORED:
        return frozenset()
    return frozenset(int(match[1]) for reason in score.reasons if (match := _TURN.match(reason)))


def unjudged_replies(result: CaseResult) -> int:
    """How many replies of the case lack the judge's score in any rubric."""
    return len(frozenset[int]().union(*(unjudged_turns(result.score(name)) for name in JUDGE_SCORERS)))


def _observer(rubric: Rubric) -> Observe:
    def observe(result: CaseResult, _verdicts: Verdicts) -> Iterable[float]:
        return map(float, reply_verdicts(result.score(rubric.scorer), len(result.turns)))

    return observe
