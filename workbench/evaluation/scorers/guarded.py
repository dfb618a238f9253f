"""What is sent, held against the facts and the form of a reply, whether or not the release has its guardrails on."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.guardrails.guard import ReplyGuard
from bot_core.trace import Finding
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext


def grounding(played: Played, context: ScoringContext) -> Iterator[Check]:
    """Nothing in a reply that the facts of its turn do not hold; no promise, no leak. One fault fails the case."""
    for turn in played.turns:
        yield from held(turn, played, context.grounding)


def length(played: Played, context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        yield from held(turn, played, context.form["length"])


def formatting(played: Played, context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        yield from held(turn, played, context.form["formatting"])


def language(played: Played, context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        yield from held(turn, played, context.form["language"])


def held(turn: PlayedTurn, played: Played, guard: ReplyGuard) -> Iterator[Check]:
    """A check for the turn, or one for each finding."""
    wanted = played.case.language_at(turn.number - 1)
    findings = guard.check(turn.text, turn.facts, language=wanted)
    yield from (Check(turn.number, _told(finding)) for finding in findings)
    if not findings:
        yield Check(turn.number)


def _told(finding: Finding) -> str:
    excerpt = " ".join(finding.excerpt.split())
    shown = f"{excerpt[:80]}…" if len(excerpt) > 80 else excerpt
    return f"{finding.rule}: «{shown}»: {finding.message}"
