"""The privacy notice of a customer: given when Twilio has accepted it, and never given twice.

Outside the 24-hour window it cannot be given: it is cancelled, and written again with the customer's next turn."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from bot_core.messages import utc_now
from channels.store.records import GONE, UNSETTLED, OutboxKind, OutboxState, Outgoing
from channels.store.tables import customers, outbox

_table = outbox.c
_IS_NOTICE = _table.kind == OutboxKind.NOTICE.value
_MAY_HAVE_GONE = or_(
    _table.state.in_([state.value for state in GONE]),
    and_(_table.state == OutboxState.FAILED.value, _table.error == UNSETTLED),
)


def has_notice(connection: Connection, customer_id: str) -> bool:
    """Twilio has one, may have one, or it is still to be sent: no other is needed."""
    return _exists(connection, customer_id, or_(_MAY_HAVE_GONE, _table.state == OutboxState.PENDING.value))


def has_other_notice(connection: Connection, outgoing: Outgoing) -> bool:
    """Twilio has, or may have, another one of the same customer."""
    return _exists(connection, outgoing.customer_id, and_(_MAY_HAVE_GONE, _table.outbox_id != outgoing.outbox_id))


def note_acceptance(connection: Connection, outbox_id: str) -> None:
    """Before the outbox's row is changed: whoever works for the customer locks the customer's row first too."""
    owner = select(_table.customer_id).where(_table.outbox_id == outbox_id, _IS_NOTICE, _table.message_sid.is_(None))
    connection.execute(
        update(customers)
        .where(customers.c.customer_id.in_(owner), customers.c.noticed_at.is_(None))
        .values(noticed_at=utc_now())
    )


def _exists(connection: Connection, customer_id: str, condition: Any) -> bool:
    found = select(_table.outbox_id).where(_table.customer_id == customer_id, _IS_NOTICE, condition)
    return connection.scalar(found.limit(1)) is not None
