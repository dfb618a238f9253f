"""Messages that we send: written with the turn, sent in order, settled by what Twilio says.

pending → sending → accepted
   ↑         ├────→ pending       refused before anything was sent: again, later
   │         ├────→ failed        refused for good: a dead letter
   │         └────→ send_unknown  perhaps sent: a callback or Twilio's list tells
   ├─────────────── send_unknown  not in the list, twice
   └─────────────── failed        an operator brings it back
pending → cancelled               the checks before sending
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot_core.errors import Conflict, NotFound
from bot_core.messages import utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore
from channels.privacy.keys import Sealer
from channels.store.notices import note_acceptance
from channels.store.records import (
    ANSWERS,
    EXPIRED,
    GONE,
    NO_NOTICE,
    SETTLED,
    Allowed,
    Content,
    Draft,
    OutboxKind,
    OutboxState,
    Outgoing,
)
from channels.store.tables import customers, outbox

_table = outbox.c
_OPEN = tuple(state.value for state in OutboxState if state not in SETTLED)
_GIVEN_UP = (EXPIRED, "attempts_")
"""How errors of what was surely not sent begin; the second one is of versions before 25 November 2026."""
_BROUGHT_BACK = {"state": OutboxState.PENDING.value, "error": "", "attempts": 0, "lookups": 0}


class Outbox:
    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, connection: Connection, customer_id: str, drafts: Sequence[Draft]) -> None:
        """In this order, after all that is already there. The same id again changes nothing."""
        for draft in drafts:
            position = connection.scalar(
                update(customers)
                .where(customers.c.customer_id == customer_id)
                .values(last_outbound=customers.c.last_outbound + 1)
                .returning(customers.c.last_outbound)
            )
            now = utc_now()
            values = {
                "outbox_id": draft.outbox_id,
                "customer_id": customer_id,
                "position": position,
                "tracking_id": draft.tracking_id,
                "kind": draft.kind.value,
                "sealed": self._sealer.seal(draft.content.model_dump_json()),
                "state": OutboxState.PENDING.value,
                "error": "",
                "allowed": draft.allowed.value,
                "delivery": "",
                "attempts": 0,
                "lookups": 0,
                "due_at": now,
                "created_at": now,
            }
            insert_or_ignore(connection, outbox, values)

    def get(self, outbox_id: str) -> Outgoing:
        """Raises NotFound."""
        with self._database.read() as connection:
            return self.read(connection, outbox_id)

    def read(self, connection: Connection, outbox_id: str) -> Outgoing:
        row = connection.execute(select(outbox).where(_table.outbox_id == outbox_id)).one_or_none()
        if row is None:
            raise NotFound(f"no outgoing message {outbox_id}")
        return self._outgoing(row)

    def first_open(self, connection: Connection, customer_id: str) -> Outgoing | None:
        """The next one to send or to settle; later ones wait for it."""
        statement = (
            select(outbox)
            .where(_table.customer_id == customer_id, _table.state.in_(_OPEN))
            .order_by(_table.position)
            .limit(1)
        )
        row = connection.execute(statement).one_or_none()
        return self._outgoing(row) if row else None

    def before(self, outgoing: Outgoing) -> Outgoing | None:
        """The one right before it for the same customer."""
        earlier = (_table.customer_id == outgoing.customer_id) & (_table.position < outgoing.position)
        statement = select(outbox).where(earlier).order_by(_table.position.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return self._outgoing(row) if row else None

    def of(self, customer_id: str) -> tuple[Outgoing, ...]:
        statement = select(outbox).where(_table.customer_id == customer_id).order_by(_table.position)
        with self._database.read() as connection:
            return tuple(self._outgoing(row) for row in connection.execute(statement))

    def list(self, *, states: Sequence[OutboxState], limit: int = 50) -> tuple[Outgoing, ...]:
        """Oldest first."""
        statement = select(outbox).where(_table.state.in_(states)).order_by(_table.created_at).limit(limit)
        with self._database.read() as connection:
            return tuple(self._outgoing(row) for row in connection.execute(statement))

    def undelivered(self, *, limit: int = 50) -> tuple[Outgoing, ...]:
        """Accepted by Twilio, never received by the customer."""
        failed = _table.delivery.in_(("failed", "undelivered", "canceled"))
        statement = select(outbox).where(failed).order_by(_table.created_at).limit(limit)
        with self._database.read() as connection:
            return tuple(self._outgoing(row) for row in connection.execute(statement))

    def given_up(self, connection: Connection, *, heard_since: datetime) -> tuple[str, ...]:
        """Failed ones that were surely not sent, of customers who wrote since, unless a later answer went out or the
        notice before them will not come."""
        other = outbox.alias()
        same = other.c.customer_id == _table.customer_id
        answered = exists().where(
            same,
            other.c.position > _table.position,
            other.c.kind.in_([kind.value for kind in ANSWERS]),
            other.c.state.in_([state.value for state in GONE]),
        )
        notice_too = exists().where(same, other.c.kind == OutboxKind.NOTICE.value, _was_given_up(other.c))
        held = (_table.error == NO_NOTICE) & or_(customers.c.noticed_at.is_not(None), notice_too)
        statement = (
            select(_table.outbox_id)
            .join(customers, customers.c.customer_id == _table.customer_id)
            .where(_table.state == OutboxState.FAILED.value, or_(_was_given_up(_table), held))
            .where(~answered, customers.c.last_inbound_at > heard_since)
        )
        return tuple(connection.scalars(statement))

    def confirms_hand_off(self, connection: Connection, customer_id: str) -> bool:
        """A message that tells them of the person who takes over is still to be sent."""
        waits = (_table.customer_id == customer_id) & _table.state.in_(_OPEN)
        found = select(_table.outbox_id).where(waits, _table.allowed == Allowed.HAND_OFF.value)
        return connection.scalar(found.limit(1)) is not None

    # transitions: each says from which state it leads, so that a late one changes nothing

    def start(self, connection: Connection, outbox_id: str) -> bool:
        """pending → sending, before the request goes out."""
        return self._move(
            connection,
            outbox_id,
            (OutboxState.PENDING,),
            state=OutboxState.SENDING.value,
            attempts=_table.attempts + 1,
            lookups=0,
            attempted_at=utc_now(),
            error="",
        )

    def accept(self, connection: Connection, outbox_id: str, message_sid: str) -> bool:
        """From any state but accepted: what Twilio holds was sent, whatever we believed."""
        before = tuple(state for state in OutboxState if state is not OutboxState.ACCEPTED)
        values = {"state": OutboxState.ACCEPTED.value, "message_sid": message_sid, "error": ""}
        try:
            with connection.begin_nested():
                note_acceptance(connection, outbox_id)
                return self._move(connection, outbox_id, before, **values)
        except IntegrityError as error:
            raise Conflict(f"message {message_sid} belongs to another outgoing message") from error

    def postpone(self, connection: Connection, outbox_id: str, *, seconds: float, error: str) -> bool:
        due = utc_now() + timedelta(seconds=seconds)
        return self._move(
            connection, outbox_id, (OutboxState.SENDING,), state=OutboxState.PENDING.value, due_at=due, error=error
        )

    def doubt(self, connection: Connection, outbox_id: str, *, seconds: float, error: str) -> bool:
        """sending → send_unknown: look again after `seconds`."""
        due = utc_now() + timedelta(seconds=seconds)
        return self._move(
            connection, outbox_id, (OutboxState.SENDING,), state=OutboxState.SEND_UNKNOWN.value, due_at=due, error=error
        )

    def not_listed(self, connection: Connection, outbox_id: str, *, seconds: float) -> bool:
        due = utc_now() + timedelta(seconds=seconds)
        return self._move(connection, outbox_id, (OutboxState.SEND_UNKNOWN,), lookups=_table.lookups + 1, due_at=due)

    def look_later(self, connection: Connection, outbox_id: str, *, seconds: float) -> bool:
        """Twilio could not be asked: nothing is known that was not known before."""
        due = utc_now() + timedelta(seconds=seconds)
        return self._move(connection, outbox_id, (OutboxState.SEND_UNKNOWN,), due_at=due)

    def send_again(self, connection: Connection, outbox_id: str, *, seconds: float) -> bool:
        """send_unknown → pending: it was not sent, as far as anybody can know."""
        due = utc_now() + timedelta(seconds=seconds)
        return self._move(
            connection, outbox_id, (OutboxState.SEND_UNKNOWN,), state=OutboxState.PENDING.value, due_at=due, lookups=0
        )

    def bring_back(self, connection: Connection, outbox_id: str) -> bool:
        """send_unknown or failed → pending, as if it had never been tried: an operator's word."""
        before = (OutboxState.SEND_UNKNOWN, OutboxState.FAILED)
        return self._move(connection, outbox_id, before, **_BROUGHT_BACK, due_at=utc_now())

    def fail(self, connection: Connection, outbox_id: str, error: str) -> bool:
        before = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.SEND_UNKNOWN)
        return self._move(connection, outbox_id, before, state=OutboxState.FAILED.value, error=error)

    def cancel(self, connection: Connection, outbox_id: str, error: str) -> bool:
        return self._move(connection, outbox_id, (OutboxState.PENDING,), state=OutboxState.CANCELLED.value, error=error)

    def replace_content(self, connection: Connection, outbox_id: str, content: Content) -> None:
        self._move(connection, outbox_id, (OutboxState.PENDING,), sealed=self._sealer.seal(content.model_dump_json()))

    def deliver(self, connection: Connection, message_sid: str, status: str, error_code: str) -> None:
        """Take over a delivery status that says more than the known one."""
        values: dict[str, Any] = {"delivery": status}
        if error_code:
            values["error"] = error_code
        connection.execute(update(outbox).where(_table.message_sid == message_sid).values(**values))

    def by_sid(self, connection: Connection, message_sid: str, *, lock: bool = False) -> Outgoing | None:
        """`lock` holds it until the transaction ends: nobody else can change it meanwhile."""
        statement = select(outbox).where(_table.message_sid == message_sid)
        row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
        return self._outgoing(row) if row else None

    def counts(self) -> dict[str, int]:
        with self._database.read() as connection:
            rows = connection.execute(select(_table.state, func.count()).group_by(_table.state)).all()
        return {row[0]: row[1] for row in rows}

    def _move(self, connection: Connection, outbox_id: str, before: Sequence[OutboxState], **values: Any) -> bool:
        allowed = _table.state.in_([state.value for state in before])
        return (
            connection.execute(update(outbox).where(_table.outbox_id == outbox_id, allowed).values(**values)).rowcount
            == 1
        )

    def _outgoing(self, row: Row[Any]) -> Outgoing:
        values = row._asdict()
        content = Content.model_validate_json(self._sealer.open(values.pop("sealed")))
        return Outgoing(
            **values
            | {
                "content": content,
                "kind": OutboxKind(row.kind),
                "state": OutboxState(row.state),
                "allowed": Allowed(row.allowed),
            }
        )


def _was_given_up(columns: Any) -> Any:
    errors = (columns.error.startswith(prefix, autoescape=True) for prefix in _GIVEN_UP)
    return (columns.state == OutboxState.FAILED.value) & or_(*errors)


def open_work(now: datetime) -> Any:
    """The condition of rows that somebody should look at."""
    due = or_(_table.due_at <= now, _table.state == OutboxState.SENDING.value)
    return and_(_table.state.in_(_OPEN), due)
