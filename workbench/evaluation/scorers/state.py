"""What a turn leaves behind: the open question, the boundary that answered, buttons, opt-out, hand-off."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.facts.facts import BoundaryFacts
from bot_core.sessions.state import PendingQuestion
from workbench.evaluation.dataset.expectations import EndExpectation, Expectation
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check


def state(played: Played, _context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        expect = turn.expect
        if expect.asks is not None:
            yield _asks(turn, expect.asks)
        if expect.boundary is not None:
            found = [fact.subject for fact in turn.facts if isinstance(fact, BoundaryFacts)]
            fault = f"boundary {', '.join(found) or 'none'}, expected {expect.boundary}"
            yield check(turn, expect.boundary in found, fault)
        if expect.buttons is not None:
            has = bool(turn.record.reply.quick_replies)
            yield check(turn, has == (expect.buttons == "any"), f"buttons: expected {expect.buttons}")
        yield from _flags(turn, expect)
    yield from _flags(played.turns[-1], played.case.expect)


def _asks(turn: PlayedTurn, wanted: str) -> Check:
    pending = turn.record.state.pending
    if isinstance(wanted, PendingQuestion):
        return check(turn, pending is wanted, f"asks {pending or 'nothing'}, expected {wanted}")
    return check(turn, (pending is not None) == (wanted == "any"), f"asks {pending or 'nothing'}, expected {wanted}")


def _flags(turn: PlayedTurn, expect: Expectation | EndExpectation) -> Iterator[Check]:
    after = turn.record.state
    for name, wanted, got in (
        ("opted_out", expect.opted_out, after.opted_out),
        ("handed_off", expect.handed_off, after.handed_off),
    ):
        if wanted is not None:
            yield check(turn, got == wanted, f"{name} is {got}")
