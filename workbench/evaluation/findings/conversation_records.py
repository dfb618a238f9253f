"""A played conversation as a person reads it; findings.records says what keys are."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.records import CaseResult, Verdict

Key = str


def key_of(result: CaseResult) -> Key:
    return case_key(result.case_id, result.trial)


def case_key(case_id: str, trial: int) -> Key:
    return case_id if trial == 1 else f"{case_id}#{trial}"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    scorer: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as a person reads it."""

    customer: tuple[str, ...]
    bot: str
    expected_intents: tuple[str, ...] | None
    understood_intents: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    """What they did with drafts, where that was not "accepted"."""
    seconds: float = 0.0
    usd: float = 0.0
    facts: tuple[tuple[str, str], ...] = ()
    """What the reply rested on: (subject, value), each once."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One case played once by one variant, without its traces (the database and the run's file hold those)."""

    key: Key
    case_id: str
    trial: int
    why: str
    tags: tuple[str, ...]
    difficulty: str
    verdict: Verdict
    scores: tuple[ScoreLine, ...]
    turns: tuple[Turn, ...]
    error: str | None = None

    @property
    def failing(self) -> tuple[str, ...]:
        return tuple(score.scorer for score in self.scores if score.verdict is Verdict.FAIL)
