"""Messages that customers sent: stored once each, in the order of arrival for each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from bot_core.messages import utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore
from channels.inbound.reading import Reading
from channels.inbound.webhook import InboundWebhook
from channels.privacy.keys import Pseudonyms, Sealer
from channels.store.consent import Consent
from channels.store.people import People
from channels.store.records import Address, InboundState, Reason, StoredMessage
from channels.store.tables import inbound_messages, tombstones

_table = inbound_messages.c


@dataclass(frozen=True, slots=True)
class Stored:
    customer_id: str
    is_new: bool
    waits: bool
    """Somebody has to look at it."""


class Inbox:
    def __init__(
        self, database: Database, people: People, pseudonyms: Pseudonyms, sealer: Sealer, *, per_minute: int
    ) -> None:
        self._database = database
        self.consent = Consent(people, sealer)
        self._people = people
        self._pseudonyms = pseudonyms
        self._sealer = sealer
        self._per_minute = per_minute

    def add(self, webhook: InboundWebhook, reading: Reading) -> Stored:
        """Store a message and what it says of consent, both or neither. A message that was stored or erased before
        changes nothing. Raises StoreError: then nothing was stored."""
        return self._add(webhook, reading, is_old=False)

    def add_old(self, webhook: InboundWebhook, reading: Reading) -> Stored:
        """Store a message that came too late for an answer; what it says of consent counts all the same."""
        return self._add(webhook, reading, is_old=True)

    def _add(self, webhook: InboundWebhook, reading: Reading, *, is_old: bool) -> Stored:
        address = Address(account_sid=webhook.account_sid, customer=webhook.sender, ours=webhook.recipient)
        customer_id = self._people.customer_id(address)
        # First without the write lock: most repetitions are old ones.
        with self._database.read() as connection:
            if self._is_known(connection, webhook.message_sid):
                return Stored(customer_id, is_new=False, waits=False)
        with self._database.write() as connection:
            if self._is_known(connection, webhook.message_sid):
                return Stored(customer_id, is_new=False, waits=False)
            if not self._insert(connection, webhook, address, urgent=reading.urgent):
                return Stored(customer_id, is_new=False, waits=False)
            key = self._people.matching_key(address)
            reason = self.consent.read(connection, key, reading, webhook.received_at)
            reason = reason or (Reason.TOO_OLD if is_old else self._limit(connection, customer_id))
            if reason:
                self.mark(connection, webhook.message_sid, InboundState.PROCESSED, reason=reason)
        return Stored(customer_id, is_new=True, waits=not reason)

    def knows(self, message_sid: str) -> bool:
        with self._database.read() as connection:
            return self._is_known(connection, message_sid)

    def waiting(self, customer_id: str) -> tuple[StoredMessage, ...]:
        """What nobody has answered for, in order."""
        statement = select(inbound_messages).where(
            _table.customer_id == customer_id, _table.state == InboundState.RECEIVED
        )
        with self._database.read() as connection:
            return tuple(self._message(row) for row in connection.execute(statement.order_by(_table.position)))

    def of(self, customer_id: str) -> tuple[StoredMessage, ...]:
        statement = select(inbound_messages).where(_table.customer_id == customer_id).order_by(_table.position)
        with self._database.read() as connection:
            return tuple(self._message(row) for row in connection.execute(statement))

    def list(self, *, states: Sequence[InboundState], limit: int = 50) -> tuple[StoredMessage, ...]:
        """Oldest first."""
        statement = select(inbound_messages).where(_table.state.in_(states)).order_by(_table.received_at).limit(limit)
        with self._database.read() as connection:
            return tuple(self._message(row) for row in connection.execute(statement))

    def settle(
        self,
        connection: Connection,
        messages: Sequence[StoredMessage],
        *,
        tracking_id: str | None,
        reason: Reason = Reason.NONE,
    ) -> None:
        """They are answered for by a turn, or for a reason. In a burst all but the last are merged into it."""
        for message in messages:
            is_last = message is messages[-1]
            self.mark(
                connection,
                message.webhook.message_sid,
                InboundState.PROCESSED,
                reason=reason if reason or is_last else Reason.MERGED,
                tracking_id=tracking_id,
            )

    def mark(
        self,
        connection: Connection,
        message_sid: str,
        state: InboundState,
        *,
        reason: str = "",
        tracking_id: str | None = None,
    ) -> None:
        connection.execute(
            update(inbound_messages)
            .where(_table.message_sid == message_sid)
            .values(state=state.value, reason=str(reason), tracking_id=tracking_id)
        )

    def replied(self, connection: Connection, tracking_id: str) -> None:
        processed = (_table.tracking_id == tracking_id) & (_table.state == InboundState.PROCESSED)
        connection.execute(update(inbound_messages).where(processed).values(state=InboundState.REPLIED.value))

    def count_attempt(self, connection: Connection, messages: Sequence[StoredMessage], *, weight: int = 1) -> None:
        sids = [message.webhook.message_sid for message in messages]
        connection.execute(
            update(inbound_messages).where(_table.message_sid.in_(sids)).values(attempts=_table.attempts + weight)
        )

    def retry(self, message_sid: str) -> str | None:
        """Answer a failed message after all, as its customer's latest: a turn under way has not seen it, and turns that
        are over do not come after it. Its customer, None when it had not failed."""
        failed = (_table.message_sid == message_sid) & (_table.state == InboundState.FAILED)
        again = {"state": InboundState.RECEIVED.value, "reason": "", "attempts": 0}
        with self._database.write() as connection:
            customer_id = connection.scalar(select(_table.customer_id).where(failed))
            if customer_id is None:
                return None
            # The customer before the message, as everywhere: it is the lock of both.
            position = self._people.next_position(connection, customer_id)
            brought_back = update(inbound_messages).where(failed).values(**again, position=position)
            return str(customer_id) if connection.execute(brought_back).rowcount else None

    def first_of_turn(self, connection: Connection, tracking_id: str) -> datetime | None:
        """When the first of the messages that the turn answers arrived."""
        found: datetime | None = connection.scalar(
            select(func.min(_table.received_at)).where(_table.tracking_id == tracking_id)
        )
        return found

    def oldest_waiting(self) -> datetime | None:
        """When the message that has waited longest arrived."""
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(
                select(func.min(_table.received_at)).where(_table.state == InboundState.RECEIVED.value)
            )
        return found

    def _is_known(self, connection: Connection, message_sid: str) -> bool:
        if connection.scalar(select(_table.message_sid).where(_table.message_sid == message_sid)) is not None:
            return True
        erased = select(tombstones.c.sid_hash).where(tombstones.c.sid_hash == self._pseudonyms.of("sid", message_sid))
        return connection.scalar(erased) is not None

    def _limit(self, connection: Connection, customer_id: str) -> Reason:
        since = utc_now() - timedelta(minutes=1)
        recent = select(func.count()).where(_table.customer_id == customer_id, _table.received_at > since)
        return Reason.LIMITED if (connection.scalar(recent) or 0) > self._per_minute else Reason.NONE

    def _insert(self, connection: Connection, webhook: InboundWebhook, address: Address, *, urgent: bool) -> bool:
        customer_id, position = self._people.seen(connection, address, webhook.received_at)
        values = {
            "message_sid": webhook.message_sid,
            "customer_id": customer_id,
            "position": position,
            "sealed": self._sealer.seal(webhook.model_dump_json()),
            "state": InboundState.RECEIVED.value,
            "reason": "",
            "urgent": urgent,
            "attempts": 0,
            "received_at": webhook.received_at,
        }
        return insert_or_ignore(connection, inbound_messages, values)

    def _message(self, row: Row[Any]) -> StoredMessage:
        return StoredMessage(
            webhook=InboundWebhook.model_validate_json(self._sealer.open(row.sealed)),
            customer_id=row.customer_id,
            position=row.position,
            state=InboundState(row.state),
            reason=row.reason,
            urgent=row.urgent,
            tracking_id=row.tracking_id,
            attempts=row.attempts,
            received_at=row.received_at,
        )
