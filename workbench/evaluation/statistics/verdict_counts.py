"""Verdicts counted, with the rate of those that were scored once each: what the gate shows of one suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.evaluation.statistics.rates import rate_interval
from workbench.records import Verdict


@dataclass(frozen=True, slots=True)
class Rate:
    """How many passed of those that were scored. `low`-`high` is the Wilson 95 % interval of `share`.

    Every verdict counts as independent of the others: for cases played once. `rates.rate_of` is for trials.
    """

    passed: int
    scored: int
    unscored: int
    errors: int
    share: float | None
    low: float | None
    high: float | None


def rate(verdicts: Iterable[Verdict]) -> Rate:
    """Errors and unscored cases are counted apart: they are no wrong answers."""
    counts = Counter(verdicts)
    passed = counts[Verdict.PASS]
    scored = passed + counts[Verdict.FAIL]
    unscored, errors = counts[Verdict.UNSCORED], counts[Verdict.ERROR]
    if scored == 0:
        return Rate(0, 0, unscored, errors, None, None, None)
    low, high = rate_interval(passed, scored)
    return Rate(passed, scored, unscored, errors, passed / scored, low, high)
