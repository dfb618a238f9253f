"""How well two people agree on the replies that both have judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from bot_core.store.reviews import Annotation, ReviewVerdict
from workbench.evaluation.judge.agreement import Kappa, kappa_of
from workbench.evaluation.statistics.rates import rate_interval


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two people; `low`-`high` is the 95 % interval of the share of equal verdicts."""

    one: str
    other: str
    kappa: Kappa
    low: float
    high: float
    apart: tuple[tuple[str, str], ...]
    """The replies that they judge differently: conversation_id and tracking_id."""


def agreements(annotations: Iterable[Annotation]) -> tuple[Agreement, ...]:
    """Pairs with at least one reply in common, the most in common first."""
    verdicts: dict[str, dict[tuple[str, str], bool]] = {}
    for one in annotations:
        verdicts.setdefault(one.annotator, {})[one.conversation_id, one.tracking_id] = one.verdict is ReviewVerdict.PASS
    pairs = [_pair(one, other, verdicts) for one, other in combinations(sorted(verdicts), 2)]
    return tuple(sorted((pair for pair in pairs if pair), key=lambda pair: -pair.kappa.n))


def _pair(one: str, other: str, verdicts: dict[str, dict[tuple[str, str], bool]]) -> Agreement | None:
    first, second = verdicts[one], verdicts[other]
    both = sorted(first.keys() & second.keys())
    if not both:
        return None
    apart = tuple(reply for reply in both if first[reply] != second[reply])
    low, high = rate_interval(len(both) - len(apart), len(both))
    return Agreement(one, other, kappa_of((first[reply], second[reply]) for reply in both), low, high, apart)
