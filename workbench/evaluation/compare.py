"""Two runs side by side: pass rates with their intervals, and which cases changed. No verdict: that needs a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.records import CaseResult, Verdict

WHOLE_CASE = "case"
"""The name under which the verdict of the whole case is compared."""

_Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many passed of those that were scored. `low`-`high` is the Wilson 95 % interval of `share`."""

    passed: int
    scored: int
    unscored: int
    errors: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ScorerComparison:
    scorer: str
    a: Rate
    b: Rate


@dataclass(frozen=True, slots=True)
class Flip:
    """A pass in one run and a failure in the other, for the same case."""

    case_id: str
    trial: int
    scorer: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    scorers: tuple[ScorerComparison, ...]
    flips: tuple[Flip, ...]
    cases: int
    """Cases (trials counted apart) that both runs hold."""


def compare(a: Sequence[CaseResult], b: Sequence[CaseResult]) -> Comparison:
    """Only cases that both runs played; scorers in the order of the table, the whole case first."""
    first, second = _by_case(a), _by_case(b)
    keys = [key for key in first if key in second]
    pairs = [(first[key], second[key]) for key in keys]
    names = dict.fromkeys(score.scorer for result in a for score in result.scores)
    scorers = tuple(
        ScorerComparison(
            name, rate(_verdict(one, name) for one, _ in pairs), rate(_verdict(two, name) for _, two in pairs)
        )
        for name in (WHOLE_CASE, *names)
    )
    flips = tuple(flip for name in (WHOLE_CASE, *names) for flip in _flips(name, pairs))
    return Comparison(scorers, flips, len(pairs))


def rate(verdicts: Iterable[Verdict]) -> Rate:
    """Errors and unscored cases are counted apart: they are no wrong answers."""
    from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

    counts = dict.fromkeys(Verdict, 0)
    for verdict in verdicts:
        counts[verdict] += 1
    passed = counts[Verdict.PASS]
    scored = passed + counts[Verdict.FAIL]
    if scored == 0:
        return Rate(0, 0, counts[Verdict.UNSCORED], counts[Verdict.ERROR], None, None, None)
    low, high = proportion_confint(passed, scored, alpha=0.05, method="wilson")
    return Rate(
        passed, scored, counts[Verdict.UNSCORED], counts[Verdict.ERROR], passed / scored, float(low), float(high)
    )


def _by_case(results: Sequence[CaseResult]) -> dict[_Key, CaseResult]:
    return {(result.case_id, result.trial): result for result in results}


def _verdict(result: CaseResult, scorer: str) -> Verdict:
    if scorer == WHOLE_CASE:
        return result.verdict
    found = result.score(scorer)
    if found is None:
        return Verdict.ERROR if result.error else Verdict.UNSCORED
    return found.verdict


def _flips(scorer: str, pairs: Sequence[tuple[CaseResult, CaseResult]]) -> Iterator[Flip]:
    for one, two in pairs:
        before, after = _verdict(one, scorer), _verdict(two, scorer)
        if {before, after} == {Verdict.PASS, Verdict.FAIL}:
            yield Flip(one.case_id, one.trial, scorer, before, after)
