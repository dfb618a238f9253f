"""The rules of the gate. docs/gate.md explains them; this module holds them.

Hard rules (grounding, safety): one failure is a regression. Everything else must not be inferior to the blessed
baseline on the cases that both hold: no more than MARGIN of them lost, net, and no loss that chance does not explain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from workbench.evaluation.gate.baseline import Baseline
from workbench.evaluation.gate.suites import SuiteResult
from workbench.evaluation.judge.evidence import Calibrations
from workbench.evaluation.scorers.table import HARD, SCORERS
from workbench.evaluation.statistics.verdict_counts import Rate, rate
from workbench.records import CaseResult, Score, Verdict

MARGIN = 0.02
"""Largest net share of the paired cases that one scorer may lose."""
ALPHA = 0.05
"""Level of the exact one-sided test that more cases were lost than won."""
_STALE = ("StaleCassette", "CassetteError")


class Outcome(IntEnum):
    """Also the exit code."""

    OK = 0
    REGRESSION = 1
    INFRASTRUCTURE = 3
    STALE = 5


@dataclass(frozen=True, slots=True)
class Problem:
    outcome: Outcome
    suite: str
    message: str
    case_id: str | None = None


@dataclass(frozen=True)
class ScorerJudgement:
    """One scorer of one suite. `paired` cases were scored now and blessed before; `lost` and `won` are their flips."""

    scorer: str
    rate: Rate
    paired: int
    lost: tuple[CaseResult, ...]
    won: tuple[CaseResult, ...]
    p_value: float
    failed: tuple[CaseResult, ...] = ()
    """Every case that fails now, blessed or not."""

    @property
    def is_inferior(self) -> bool:
        net = len(self.lost) - len(self.won)
        return net > 0 and (net > MARGIN * self.paired or self.p_value < ALPHA)


@dataclass(frozen=True)
class SuiteJudgement:
    run: SuiteResult
    scorers: tuple[ScorerJudgement, ...]
    unblessed: tuple[str, ...]
    """Cases that the baseline does not hold."""
    removed: tuple[str, ...]
    """Cases of the baseline that are no more."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Scorers of a judge that are no evidence, and why: they are not compared."""


@dataclass(frozen=True)
class Judgement:
    suites: tuple[SuiteJudgement, ...]
    problems: tuple[Problem, ...]
    baseline: Baseline | None

    @property
    def outcome(self) -> Outcome:
        """What was found wrong comes before what could not be looked at."""
        found = {problem.outcome for problem in self.problems}
        order = (Outcome.REGRESSION, Outcome.STALE, Outcome.INFRASTRUCTURE)
        return next((outcome for outcome in order if outcome in found), Outcome.OK)


def judge(
    runs: Sequence[SuiteResult],
    baseline: Baseline | None,
    *,
    stale: Sequence[str] = (),
    calibrations: Calibrations | None = None,
) -> Judgement:
    """`stale` are problems of the cassettes as a set; `calibrations` say which judge's scores may count."""
    calibrations = calibrations or Calibrations()
    suites = tuple(_suite(run, baseline, calibrations) for run in runs)
    problems = [problem for suite in suites for problem in _problems(suite)]
    problems += [Problem(Outcome.STALE, "cassettes", message) for message in stale]
    return Judgement(suites, tuple(problems), baseline)


def _suite(run: SuiteResult, baseline: Baseline | None, calibrations: Calibrations) -> SuiteJudgement:
    judged = calibrations.evidence(run.results)
    blessed = baseline.suites.get(run.suite.name, {}) if baseline else {}
    ids = {result.case_id for result in run.results}
    return SuiteJudgement(
        run=run,
        scorers=tuple(judged_scorer(name, run, baseline) for name in (*SCORERS, *judged.accepted)),
        unblessed=tuple(sorted(ids - blessed.keys())) if baseline else (),
        removed=tuple(sorted(blessed.keys() - ids)),
        refused=judged.refused,
    )


def judged_scorer(name: str, run: SuiteResult, baseline: Baseline | None) -> ScorerJudgement:
    scored = [(result, score) for result in run.results if (score := result.score(name))]
    lost, won, paired = [], [], 0
    for result, score in scored:
        before = baseline.failed(run.suite.name, result.case_id) if baseline else None
        if before is None or score.verdict not in (Verdict.PASS, Verdict.FAIL):
            continue
        paired += 1
        if score.verdict is Verdict.FAIL and name not in before:
            lost.append(result)
        elif score.verdict is Verdict.PASS and name in before:
            won.append(result)
    return ScorerJudgement(
        scorer=name,
        rate=rate(score.verdict for _, score in scored),
        paired=paired,
        lost=tuple(lost),
        won=tuple(won),
        p_value=_exact(len(lost), len(won)),
        failed=tuple(result for result, score in scored if score.verdict is Verdict.FAIL),
    )


def _exact(lost: int, won: int) -> float:
    """McNemar's exact test, one-sided: how likely so many losses are among the flips if both ways were alike."""
    if lost == 0:
        return 1.0
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    return float(binomtest(lost, lost + won, 0.5, alternative="greater").pvalue)


def _problems(suite: SuiteJudgement) -> Iterator[Problem]:
    name = suite.run.suite.name
    yield from (Problem(Outcome.STALE, name, message) for message in suite.run.stale)
    for result in suite.run.results:
        yield from _broken(name, result)
        yield from _hard(name, result)
    for scorer in suite.scorers:
        floor = suite.run.suite.floors.get(scorer.scorer)
        if floor is not None and scorer.rate.share is not None and scorer.rate.share < floor:
            yield Problem(Outcome.REGRESSION, name, f"{scorer.scorer}: {scorer.rate.share:.1%} is below {floor:.0%}")
        if scorer.is_inferior and scorer.scorer not in HARD:
            message = (
                f"{scorer.scorer}: {len(scorer.lost)} cases lost, {len(scorer.won)} won, of {scorer.paired} "
                f"(margin {MARGIN:.0%}, exact p = {scorer.p_value:.3f})"
            )
            yield Problem(Outcome.REGRESSION, name, message)


def _broken(suite: str, result: CaseResult) -> Iterator[Problem]:
    if result.error:
        outcome = Outcome.STALE if result.error.kind in _STALE else Outcome.INFRASTRUCTURE
        yield Problem(outcome, suite, f"{result.error.kind}: {result.error.message}", result.case_id)
    for score in result.scores:
        if score.verdict is Verdict.ERROR:
            yield Problem(Outcome.INFRASTRUCTURE, suite, _told(score), result.case_id)


def _hard(suite: str, result: CaseResult) -> Iterator[Problem]:
    for score in result.scores:
        if score.scorer in HARD and score.verdict is Verdict.FAIL:
            yield Problem(Outcome.REGRESSION, suite, _told(score), result.case_id)


def _told(score: Score) -> str:
    return f"{score.scorer}: {'; '.join(score.reasons)}"
