"""Suites as if the gate had run them."""

from __future__ import annotations

from tests.fakes.results import spoken
from workbench.evaluation.gate.judgement import Judgement, ScorerJudgement
from workbench.evaluation.gate.suites import Suite, SuiteResult
from workbench.evaluation.scorers.table import SCORERS
from workbench.records import CaseError, CaseResult, Score, VariantSpec, Verdict, overall


def played(case_id: str, *failing: str, broken: str | None = None, error: str | None = None) -> CaseResult:
    """A case that passes every scorer but those named."""
    if error:
        fault = CaseError(kind=error, message="first line\n+ diff")
        return CaseResult(case_id=case_id, why="a case", verdict=Verdict.ERROR, error=fault)
    scores = tuple(_score(name, failing, broken) for name in SCORERS)
    return CaseResult(case_id=case_id, why="a case", verdict=overall(scores), scores=scores, turns=(spoken("¿<b>?"),))


def suite_run(*results: CaseResult, stale: tuple[str, ...] = (), floors: dict[str, float] | None = None) -> SuiteResult:
    return SuiteResult(Suite(VariantSpec(name="offline-base"), "golden", floors=floors or {}), results, stale)


def judged(judgement: Judgement, scorer: str) -> ScorerJudgement:
    return next(each for each in judgement.suites[0].scorers if each.scorer == scorer)


def _score(name: str, failing: tuple[str, ...], broken: str | None) -> Score:
    if name in failing:
        return Score(scorer=name, verdict=Verdict.FAIL, reasons=("turn 1: wrong",))
    if name == broken:
        return Score(scorer=name, verdict=Verdict.ERROR, reasons=("ZeroDivisionError: oh",))
    return Score(scorer=name, verdict=Verdict.PASS)
