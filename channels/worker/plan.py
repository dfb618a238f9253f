"""What to do next for one customer, read from the database every time: nothing is remembered between two steps."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot_core.messages import Frozen, utc_now
from channels.settings import ChannelSettings
from channels.store.records import OutboxState, Outgoing
from channels.store.statuses import has_left
from channels.store.store import ChannelStore
from channels.turns.bursts import BurstRules, seconds_to_wait

_LONGEST_STAY = 10.0
"""Seconds that a worker stays with a customer who has nothing to do now; later the sweep calls it back."""
_PART_POLL = 0.2


class Action(StrEnum):
    THINK = "think"
    COMMIT = "commit"
    SEND = "send"
    SETTLE = "settle"
    WAIT = "wait"
    REST = "rest"
    """Nothing left: the lease was given back in the transaction that saw it."""


class Step(Frozen):
    action: Action
    seconds: float = 0.0
    outbox_id: str = ""


class Planner:
    def __init__(self, settings: ChannelSettings, store: ChannelStore) -> None:
        self._store = store
        self._part_gap = timedelta(seconds=settings.part_gap_seconds)
        self._rules = BurstRules(settings.quiet_seconds, settings.longest_wait_seconds)

    def next_step(self, customer_id: str, fence: int) -> Step:
        """Raises LostLease or StoreError."""
        with self._store.people.fenced(customer_id, fence) as connection:
            now = utc_now()
            turn = self._store.turns.get(customer_id)
            if turn and turn.result:
                return Step(action=Action.COMMIT)
            outgoing = self._store.outbox.first_open(connection, customer_id)
            step = self._outgoing(outgoing, now) if outgoing else None
            if step and step.action is not Action.WAIT:
                return step
            waits = [step.seconds] if step else []
            if waiting := self._store.inbox.waiting(customer_id):
                quiet = seconds_to_wait(waiting, now, self._rules)
                if quiet <= 0:
                    return Step(action=Action.THINK)
                waits.append(quiet)
            if waits and min(waits) <= _LONGEST_STAY:
                return Step(action=Action.WAIT, seconds=min(waits))
            self._store.people.let_go(connection, customer_id)
            return Step(action=Action.REST)

    def _outgoing(self, outgoing: Outgoing, now: datetime) -> Step:
        if outgoing.state is OutboxState.SENDING:
            return Step(action=Action.SEND, outbox_id=outgoing.outbox_id)
        wait = (outgoing.due_at - now).total_seconds()
        if wait > 0:
            return Step(action=Action.WAIT, seconds=wait)
        if outgoing.state is OutboxState.SEND_UNKNOWN:
            return Step(action=Action.SETTLE, outbox_id=outgoing.outbox_id)
        if self._follows_too_soon(outgoing, now):
            return Step(action=Action.WAIT, seconds=_PART_POLL)
        return Step(action=Action.SEND, outbox_id=outgoing.outbox_id)

    def _follows_too_soon(self, outgoing: Outgoing, now: datetime) -> bool:
        """Parts of one turn keep their order on the phone: the next one waits until the last has left Twilio."""
        before = self._store.outbox.before(outgoing)
        if before is None or before.tracking_id != outgoing.tracking_id or before.state is not OutboxState.ACCEPTED:
            return False
        return not has_left(before.delivery) and now - (before.attempted_at or now) < self._part_gap
