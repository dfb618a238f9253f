"""Two releases that answered different customers: what came of their conversations, with intervals and a verdict.

The customers were dealt out by a hash of the conversation, so any difference beyond chance is the releases'. Unlike an
experiment there are no pairs: the same customer never met both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from bot_core.store.activity import ConversationOutcome
from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.power import ALPHA
from workbench.evaluation.statistics.rates import RateEstimate, rate_of
from workbench.evaluation.statistics.significance import RESAMPLES, SEED, holm
from workbench.evaluation.statistics.verdicts import Decision

_TIE = 1e-12
_ROWS = 100
"""Permutations at a time: memory stays small for any number of conversations."""
HIGHER_IS_BETTER = {"leads": True, "approval": True, "fallbacks": False}
"""Share of conversations with a request · of a conversation's opinions that are good · of its turns that a fallback
answered."""


@dataclass(frozen=True, slots=True)
class OnlineDifference:
    """B's share minus A's, with Newcombe's 95 % interval from the two shares' own; the p-value is of a permutation of
    the conversations, adjusted (Holm) for all metrics."""

    metric: str
    a: RateEstimate
    b: RateEstimate
    difference: float
    low: float
    high: float
    adjusted_p: float
    decision: Decision


@dataclass(frozen=True, slots=True)
class OnlineComparison:
    a: str
    b: str
    conversations: tuple[int, int]
    left_out: int
    """Conversations that several releases answered."""
    differences: tuple[OnlineDifference, ...]
    """Of the metrics that both releases have observations of."""


def compare_online(outcomes: Iterable[ConversationOutcome], a: str, b: str) -> OnlineComparison:
    """`outcomes` are those of the store, of any release; those of others are passed over."""
    found = [one for one in outcomes if one.release_id in (a, b)]
    clean = [one for one in found if not one.is_mixed]
    ours, theirs = ([one for one in clean if one.release_id == release] for release in (a, b))
    observed = [(name, _observed(name, ours), _observed(name, theirs)) for name in HIGHER_IS_BETTER]
    known = [row for row in observed if row[1] and row[2]]
    p_values = holm([_p_value(_means(mine), _means(other)) for _, mine, other in known])
    differences = tuple(_difference(*row, p_value) for row, p_value in zip(known, p_values, strict=True))
    return OnlineComparison(a, b, (len(ours), len(theirs)), len(found) - len(clean), differences)


def _observed(metric: str, outcomes: Sequence[ConversationOutcome]) -> Mapping[str, Observed]:
    values = {one.conversation_id: _value(metric, one) for one in outcomes}
    return {conversation: value for conversation, value in values.items() if value.count}


def _value(metric: str, outcome: ConversationOutcome) -> Observed:
    match metric:
        case "leads":
            return Observed(float(outcome.leads > 0), 1)
        case "approval":
            return Observed(float(outcome.thumbs_up), outcome.thumbs_up + outcome.thumbs_down)
        case _:
            return Observed(float(outcome.fallbacks), outcome.turns)


def _difference(
    metric: str, ours: Mapping[str, Observed], theirs: Mapping[str, Observed], p_value: float
) -> OnlineDifference:
    a, b = rate_of(ours.values()), rate_of(theirs.values())
    assert a
    assert b
    difference = b.share - a.share
    low = difference - hypot(b.share - b.low, a.high - a.share)
    high = difference + hypot(b.high - b.share, a.share - a.low)
    proven = p_value < ALPHA and not low <= 0 <= high
    improved = (difference > 0) == HIGHER_IS_BETTER[metric]
    decision = (Decision.BETTER if improved else Decision.WORSE) if proven else Decision.NOT_ENOUGH_EVIDENCE
    return OnlineDifference(metric, a, b, difference, low, high, p_value, decision)


def _means(observed: Mapping[str, Observed]) -> list[float]:
    return [one.mean for one in observed.values()]


def _p_value(a: Sequence[float], b: Sequence[float]) -> float:
    """Two-sided: how often conversations dealt out anew differ at least as much."""
    everything = np.array([*a, *b])
    if np.ptp(everything) == 0:
        return 1.0
    rng = np.random.default_rng(SEED)
    total, size = everything.sum(), len(b)
    seen = abs(float(np.mean(b)) - float(np.mean(a))) - _TIE
    as_extreme = 0
    for start in range(0, RESAMPLES, _ROWS):
        rows = min(_ROWS, RESAMPLES - start)
        dealt = rng.permuted(np.tile(everything, (rows, 1)), axis=1)[:, :size].sum(axis=1)
        as_extreme += int(np.count_nonzero(np.abs(dealt / size - (total - dealt) / len(a)) >= seen))
    return (as_extreme + 1) / (RESAMPLES + 1)
