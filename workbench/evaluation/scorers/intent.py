"""The exact set of intents."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check


def intent(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        if turn.expect.intents is not None:
            wanted, understood = sorted(set(turn.expect.intents)), understood_intents(turn)
            yield check(turn, wanted == understood, f"expected {', '.join(wanted)}; understood {_named(understood)}")


def understood_intents(turn: PlayedTurn) -> list[str]:
    """Names in alphabetical order; none for a message without text."""
    intention = turn.record.trace.intention
    return sorted(intention.names()) if intention else []


def _named(intents: list[str]) -> str:
    return ", ".join(intents) or "nothing"
