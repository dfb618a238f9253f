from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from bot_core.trace import Attempt
from tests.fakes.results import result, spoken
from workbench.records import CaseError, CaseResult, TurnRecord, Verdict


def turn(
    *, seconds: float = 0.5, usd: str = "0", attempts: int = 1, model: str = "openai/x", fallback: bool = False
) -> TurnRecord:
    record = spoken()
    [call] = record.trace.calls
    tries = [Attempt(model=model)] * attempts
    call = call.model_copy(update={"cost_usd": Decimal(usd), "attempts": tries, "model": model, "fallback": fallback})
    trace = record.trace.model_copy(update={"total_seconds": seconds, "model_seconds": seconds / 2, "calls": [call]})
    return record.model_copy(update={"trace": trace})


class Results:
    """Results of a variant: for each conversation, its verdicts by trial."""

    def run(self, verdicts: Sequence[str], **figures: Any) -> list[CaseResult]:
        """ "+" passes, "-" fails, "?" is unscored, "!" broke off; "+-" are two trials of one conversation."""
        return [
            self.one(f"case-{number}", mark, trial, **figures)
            for number, marks in enumerate(verdicts)
            for trial, mark in enumerate(marks, start=1)
        ]

    def one(self, case_id: str, mark: str, trial: int = 1, **figures: Any) -> CaseResult:
        verdict = {"+": Verdict.PASS, "-": Verdict.FAIL, "?": Verdict.UNSCORED, "!": Verdict.ERROR}[mark]
        made = result(case_id, verdict, trial=trial).model_copy(update={"turns": (turn(**figures), turn(**figures))})
        if mark != "!":
            return made
        return made.model_copy(update={"error": CaseError(kind="ModelTimeout", message="slow"), "scores": ()})


@pytest.fixture
def results() -> Results:
    return Results()
