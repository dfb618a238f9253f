"""Status callbacks: every one is kept, the outgoing message shows what they add up to."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot_core.errors import Conflict, NotFound
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore
from channels.store.inbox import Inbox
from channels.store.outbox import Outbox
from channels.store.records import ANSWERS, DeliveryEvent, OutboxState
from channels.store.statuses import OPTED_OUT, merged
from channels.store.tables import delivery_events


class Deliveries:
    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox

    def report(self, event: DeliveryEvent) -> None:
        """Keep `event` and merge it. A callback that carries our own id also settles a send of unknown end. Raises
        StoreError."""
        with self._database.write() as connection:
            if not insert_or_ignore(connection, delivery_events, event.model_dump()):
                return
            if event.outbox_id:
                self.settle(connection, event.outbox_id, event.message_sid)
            self.merge(connection, event.message_sid)

    def settle(self, connection: Connection, outbox_id: str, message_sid: str) -> None:
        """Twilio has this message: it was sent, whatever became of our request."""
        try:
            known = self._outbox.read(connection, outbox_id)
            accepted = known.state is not OutboxState.ACCEPTED and self._outbox.accept(
                connection, outbox_id, message_sid
            )
            # A notice that arrived is no reply yet.
            if accepted and known.tracking_id and known.kind in ANSWERS:
                self._inbox.replied(connection, known.tracking_id)
        except (NotFound, Conflict):
            # Not ours any more (erased), or not ours at all: the event alone is kept.
            return

    def merge(self, connection: Connection, message_sid: str) -> None:
        """Bring the outgoing message up to all events known so far: the callback may have been faster than we.

        The message is held first: of two callbacks at once the later one then sees the earlier one's event."""
        outgoing = self._outbox.by_sid(connection, message_sid, lock=True)
        if outgoing is None:
            return
        status, error = outgoing.delivery, outgoing.error
        rows = connection.execute(
            select(delivery_events.c.status, delivery_events.c.error_code)
            .where(delivery_events.c.message_sid == message_sid)
            .order_by(delivery_events.c.status, delivery_events.c.error_code)
        ).all()
        for row in rows:
            status = merged(status, row.status)
        errors = sorted(row.error_code for row in rows if row.error_code and row.status == status)
        error = errors[0] if errors else ""
        if (status, error) != (outgoing.delivery, outgoing.error):
            self._outbox.deliver(connection, message_sid, status, error)
            if error in OPTED_OUT:
                # As of the send: who has written since wants to hear from us.
                sent_at = outgoing.attempted_at or outgoing.created_at
                self._inbox.consent.refused(connection, outgoing.customer_id, sent_at)

    def of(self, message_sid: str) -> tuple[DeliveryEvent, ...]:
        statement = (
            select(delivery_events)
            .where(delivery_events.c.message_sid == message_sid)
            .order_by(delivery_events.c.received_at)
        )
        with self._database.read() as connection:
            return tuple(DeliveryEvent(**row._asdict()) for row in connection.execute(statement))
