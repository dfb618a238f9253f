"""The blessed verdicts: one line for each case, so that a review sees what a change did."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from bot_core.errors import DatasetError
from bot_core.messages import Frozen
from workbench.evaluation.gate.suites import SuiteResult
from workbench.records import CaseResult, Verdict

PASSED = "pass"


class Baseline(Frozen):
    blessed_on: date
    reason: str = Field(min_length=5)
    suites: dict[str, dict[str, str]]
    """By suite and case: "pass", or "fail: " with the names of the scorers."""

    def failed(self, suite: str, case_id: str) -> frozenset[str] | None:
        """The scorers that the blessed run failed; None for a case that it does not hold."""
        verdict = self.suites.get(suite, {}).get(case_id)
        if verdict is None:
            return None
        return frozenset(verdict.removeprefix("fail: ").split(", ")) if verdict != PASSED else frozenset()


def failing(result: CaseResult) -> tuple[str, ...]:
    return tuple(score.scorer for score in result.scores if score.verdict is Verdict.FAIL)


def bless(results: Iterable[SuiteResult], reason: str, on: date) -> Baseline:
    """A baseline of complete results: no case may have an error."""
    suites = {
        each.suite.name: {result.case_id: _verdict(result) for result in sorted(each.results, key=lambda r: r.case_id)}
        for each in results
    }
    return Baseline(blessed_on=on, reason=reason, suites=suites)


def read_baseline(path: Path) -> Baseline | None:
    """None when nothing was blessed yet. Raises DatasetError for a file that is no baseline."""
    if not path.exists():
        return None
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: not a baseline", hint="bless again, or take the file back from git") from error


def write_baseline(path: Path, baseline: Baseline) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(baseline.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _verdict(result: CaseResult) -> str:
    names = failing(result)
    return f"fail: {', '.join(names)}" if names else PASSED
