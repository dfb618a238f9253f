"""Conversations that one variant gets right and the other wrong, with what differs in what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.evaluation.findings.facts import fact_differences, marks
from workbench.evaluation.findings.records import Conversation, Flip, FlipKind, Key, Span
from workbench.records import Verdict

_ORDER = {FlipKind.LOST: 0, FlipKind.WON: 1, FlipKind.INSIDE: 2}
_OPPOSITE = {(Verdict.FAIL, Verdict.PASS), (Verdict.PASS, Verdict.FAIL)}


def flips(a: Mapping[Key, Conversation], b: Mapping[Key, Conversation]) -> tuple[Flip, ...]:
    """Lost ones first, then won ones, then those that only flip inside; by key."""
    found = [flip for key in a if key in b and (flip := _flip(a[key], b[key])) is not None]
    return tuple(sorted(found, key=lambda flip: (_ORDER[flip.kind], flip.key)))


def _flip(a: Conversation, b: Conversation) -> Flip | None:
    won, lost = tuple(_turned(a, b, Verdict.FAIL)), tuple(_turned(a, b, Verdict.PASS))
    whole = (a.verdict, b.verdict) in _OPPOSITE
    if not (whole or won or lost):
        return None
    kind = FlipKind.INSIDE if not whole else FlipKind.WON if b.verdict is Verdict.PASS else FlipKind.LOST
    return Flip(
        key=a.key,
        kind=kind,
        won_scorers=won,
        lost_scorers=lost,
        a=a,
        b=b,
        facts=fact_differences(a, b),
        marks_a=_marks(a, b),
        marks_b=_marks(b, a),
    )


def _turned(a: Conversation, b: Conversation, before: Verdict) -> Iterator[str]:
    """Scorers with the verdict `before` in A and the opposite one in B."""
    later = {score.scorer: score.verdict for score in b.scores}
    for score in a.scores:
        if score.verdict is before and (before, later.get(score.scorer)) in _OPPOSITE:
            yield score.scorer


def _marks(one: Conversation, other: Conversation) -> tuple[tuple[Span, ...], ...]:
    theirs = [*other.turns, *[None] * len(one.turns)]
    return tuple(marks(turn, their) for turn, their in zip(one.turns, theirs, strict=False))
