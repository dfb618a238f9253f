"""Was a finished model call ever paid twice? Only what was on the wire at a kill may be asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from channels.sandbox.model_server import Call
from channels.scorecard.fleet import Death
from channels.scorecard.rows import Row, at_most, zero
from channels.scorecard.world import MODEL_TIMEOUT

_CLOCKS = 0.5
"""Seconds between a death and our hearing of it, at most."""
_EXAMPLES = 3
_LATE = 0.75 * MODEL_TIMEOUT
"""An answer that took so long may have come after the worker's own time limit."""

Deaths = Sequence[tuple[Death, frozenset[int]]]


def paid_rows(calls: Sequence[Call], deaths: Deaths) -> list[Row]:
    pairs = asked_again(calls)
    again = [pair for pair in pairs if not is_late(pair[0])]
    wrong = [pair for pair in again if not is_excused(*pair, deaths)]
    on_the_wire = sum(_was_on_the_wire(call, deaths) for call in calls)
    answered = sum(call.answered_at is not None for call in calls)
    detail = (
        f"{answered} answers; {on_the_wire} calls were on the wire at a kill, {len(pairs) - len(again)} came too late"
    )
    for first, second in wrong[:_EXAMPLES]:
        detail += "; " + _history(first, second, deaths)
    return [
        zero("paid", "model answers paid twice that had been kept", len(wrong), detail),
        at_most("paid", "answers paid again, of those on the wire at a kill", len(again), on_the_wire),
    ]


def _history(first: Call, second: Call, deaths: Deaths) -> str:
    """For whoever has to find out: seconds count from the first question."""
    start = first.asked_at
    died = [
        f"{death.at - start:.2f}{' kept' if first.serial in kept else ''}"
        for death, kept in deaths
        if death.name == first.key
    ]
    answered = (first.answered_at or start) - start
    asked = second.asked_at - start
    return f"{first.key} answered at {answered:.2f}, {second.key} asked again at {asked:.2f}, deaths {' '.join(died)}"


def asked_again(calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """Pairs of answers to one and the same question, one after the other."""
    answers: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.answered_at is not None:
            answers[call.question].append(call)
    pairs = []
    for found in answers.values():
        found.sort(key=lambda call: call.asked_at)
        pairs += list(pairwise(found))
    return pairs


def is_excused(first: Call, second: Call, deaths: Deaths) -> bool:
    """Who got the first answer died before it was in the database, and only then was it asked for again."""
    return any(
        death.name == first.key
        and first.asked_at <= death.at
        and death.at <= second.asked_at + _CLOCKS
        and first.serial not in kept
        for death, kept in deaths
    )


def is_late(call: Call) -> bool:
    return call.answered_at is not None and call.answered_at - call.asked_at >= _LATE


def _was_on_the_wire(call: Call, deaths: Deaths) -> bool:
    """Asked by a worker that died before the answer was there, or was there and kept."""
    for death, kept in deaths:
        if death.name != call.key or death.at < call.asked_at:
            continue
        # The first death after the question is the one that counts.
        ended = call.ended_at or death.at + 1
        return ended >= death.at - _CLOCKS and call.serial not in kept
    return False
