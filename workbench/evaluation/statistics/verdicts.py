"""Better, worse, or not enough evidence: a value for each metric, after the correction for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.evaluation.statistics.differences import Difference
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.power import ALPHA, POWER, conversations_needed
from workbench.evaluation.statistics.significance import holm

MIN_RELEVANT = {Unit.SHARE: 0.02, Unit.SECONDS: 0.1}
"""The smallest difference worth knowing: two points of a rate, a tenth of a second. What takes less than that feels
immediate (Miller 1968; Card, Robertson and Mackinlay 1991): in a chat nobody can notice it …"""
MIN_RELEVANT_RELATIVE = 0.05
"""… or 5 % of A's mean; of a time the larger of the two."""


class Decision(StrEnum):
    """Of B against A."""

    BETTER = "better"
    WORSE = "worse"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


class Gap(StrEnum):
    """Why the evidence is not enough."""

    IDENTICAL = "identical"
    """No conversation differs."""
    TOO_FEW = "too_few"
    """More conversations would tell."""
    SMALL = "small"
    """The run was large enough for a relevant difference: what there is, is likely smaller."""


@dataclass(frozen=True, slots=True)
class MetricVerdict:
    """`adjusted_p` is Holm's over all metrics that could have shown a difference.

    `more_conversations` and `more_usd` (both variants, all trials) say what the difference `more_for` would still need
    at 80 % power: the observed one, or the smallest relevant one if that is larger. Only with the gap TOO_FEW, and None
    there too when by that reckoning there are enough.
    """

    difference: Difference
    adjusted_p: float
    decision: Decision
    gap: Gap | None = None
    more_conversations: int | None = None
    more_usd: float | None = None
    more_for: float | None = None


def decide(
    differences: Sequence[Difference], *, usd_per_conversation: float = 0.0, alpha: float = ALPHA
) -> tuple[MetricVerdict, ...]:
    """One verdict for each difference. B is better or worse only when the adjusted p is below `alpha` and the 95 %
    interval leaves out 0; in a time, also only when the interval reaches beyond what anybody can notice.

    A metric in which no conversation differs can give no false verdict, so it does not count in Holm's correction
    (Tarone 1990). `usd_per_conversation` is what one more conversation costs in both variants together.
    """
    tested = [difference for difference in differences if difference.differing]
    adjusted = iter(holm([difference.p_value for difference in tested]))
    rows = [(row, next(adjusted) if row.differing else 1.0) for row in differences]
    first_step = alpha / max(len(tested), 1)
    return tuple(
        _proven(row, p)
        if p < alpha and not row.low <= 0 <= row.high and not _unnoticed(row)
        else _open(row, p, first_step, usd_per_conversation)
        for row, p in rows
    )


def _unnoticed(row: Difference) -> bool:
    """Proven, and too short a time to matter: the interval is all inside a tenth of a second."""
    least = MIN_RELEVANT[Unit.SECONDS]
    return row.metric.unit is Unit.SECONDS and -least < row.low and row.high < least


def _proven(row: Difference, adjusted_p: float) -> MetricVerdict:
    improved = (row.difference > 0) == row.metric.higher_is_better
    return MetricVerdict(row, adjusted_p, Decision.BETTER if improved else Decision.WORSE)


def _open(row: Difference, adjusted_p: float, alpha: float, usd_per_conversation: float) -> MetricVerdict:
    gap = _gap(row)
    verdict = MetricVerdict(row, adjusted_p, Decision.NOT_ENOUGH_EVIDENCE, gap)
    if gap is not Gap.TOO_FEW:
        return verdict
    # The second is tried where there are enough for the smallest relevant difference, but this one is smaller and
    # cannot be ruled out either. Enough for that too: no number to give, what changed is too little for an exact p.
    seen = abs(row.difference)
    for wanted in (max(seen, smallest_relevant(row.metric.unit, row.a)), seen):
        more = conversations_needed(wanted, row.spread, alpha=alpha, power=POWER) - row.conversations
        if more > 0:
            usd = more * usd_per_conversation
            return replace(verdict, more_conversations=more, more_usd=usd, more_for=wanted)
    return verdict


def _gap(row: Difference) -> Gap:
    if row.differing == 0:
        return Gap.IDENTICAL
    relevant = smallest_relevant(row.metric.unit, row.a)
    return Gap.SMALL if -relevant < row.low and row.high < relevant else Gap.TOO_FEW


def smallest_relevant(unit: Unit, a: float) -> float:
    """The smallest difference from A's mean worth knowing, in the metric's unit."""
    relative = MIN_RELEVANT_RELATIVE * abs(a)
    if unit is Unit.SECONDS:
        return max(MIN_RELEVANT[unit], relative)
    return MIN_RELEVANT.get(unit) or relative
