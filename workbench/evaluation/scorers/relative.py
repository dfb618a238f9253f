""" "Uno más barato", "más nuevo", "con menos kilómetros", "otros": searches relative to what was shown before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from bot_core.facts.facts import CarFact
from bot_core.intents import ReferenceKind
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check
from workbench.evaluation.scorers.phrases import says_alternatives, says_not_found

_BETTER: dict[ReferenceKind, Callable[[CarFact], Decimal | int]] = {
    ReferenceKind.CHEAPER: lambda car: car.price,
    ReferenceKind.NEWER: lambda car: -car.year,
    ReferenceKind.LOWER_KM: lambda car: car.km,
}
"""What must be smaller than that of every car shown before."""


def relative(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        kind = turn.expect.slots and turn.expect.slots.reference
        if kind is ReferenceKind.MORE:
            yield _others(turn, played)
        elif kind in _BETTER:
            yield _compared(turn, played, kind)


def _others(turn: PlayedTurn, played: Played) -> Check:
    earlier = {car.stock_id for before in played.before(turn) for car in before.shown}
    repeated = [car.label for car in turn.shown if car.stock_id in earlier]
    right = not repeated and (bool(turn.shown) or says_not_found(turn))
    return check(
        turn, right, f"shown before: {', '.join(repeated)}" if repeated else "no other car, and it is not said"
    )


def _compared(turn: PlayedTurn, played: Played, kind: ReferenceKind) -> Check:
    if says_not_found(turn) or (not turn.shown and says_alternatives(turn)):
        return Check(turn.number)
    measure = _BETTER[kind]
    base = _base(turn, played)
    if not base:
        return Check(turn.number, "no car was shown before, so nothing can be compared")
    limit = min(map(measure, base))
    worse = [car.label for car in turn.shown if measure(car) >= limit]
    if not turn.shown:
        return Check(turn.number, "no car was shown, and it is not said")
    return check(turn, not worse, f"not {kind}: {', '.join(worse)}")


def _base(turn: PlayedTurn, played: Played) -> tuple[CarFact, ...]:
    """The car that the conversation was about, else the last list."""
    chosen = played.before(turn)[-1].record.state.chosen if turn.number > 1 else None
    seen = {car.stock_id: car for before in played.before(turn) for car in before.shown}
    return (seen[chosen],) if chosen in seen else played.list_for(turn)
