"""Words that a reply must or must not hold; case and accents do not matter."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.normalization import fold
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check


def keywords(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        for phrase in turn.expect.says:
            yield check(turn, fold(phrase) in turn.folded, f"does not say {phrase!r}")
        if turn.expect.says_any:
            said = any(fold(phrase) in turn.folded for phrase in turn.expect.says_any)
            yield check(turn, said, f"says none of {', '.join(map(repr, turn.expect.says_any))}")
        yield from forbidden(turn, (*turn.expect.never_says, *played.case.expect.never_says))


def forbidden(turn: PlayedTurn, phrases: tuple[str, ...]) -> Iterator[Check]:
    for phrase in phrases:
        yield check(turn, fold(phrase) not in turn.folded, f"says {phrase!r}")
