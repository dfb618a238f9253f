"""Customers: who writes, who works for them at the moment, and whether they want to hear from us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, or_, select, update

from bot_core.errors import Conflict, NotFound
from bot_core.messages import new_id, utc_now
from bot_core.store.database import Database
from bot_core.store.sql.rows import insert_or_ignore, insert_or_replace
from channels.privacy.keys import Pseudonyms, Sealer, canonical_address
from channels.store.records import Address, Customer
from channels.store.tables import customers, hand_offs, opt_outs


class LostLease(Conflict):
    """Somebody else works for this customer by now: whatever this worker has done must not be written."""


class People:
    def __init__(self, database: Database, pseudonyms: Pseudonyms, sealer: Sealer, *, lease_seconds: float) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._pseudonyms = pseudonyms
        self._sealer = sealer

    def customer_id(self, address: Address) -> str:
        return self._pseudonyms.of(address.account_sid, address.ours, address.customer)

    def matching_key(self, address: Address) -> str:
        return self._pseudonyms.of("match", address.account_sid, address.ours, canonical_address(address.customer))

    def get(self, customer_id: str) -> Customer:
        """Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(customers).where(customers.c.customer_id == customer_id)).one_or_none()
        if row is None:
            raise NotFound(f"no customer {customer_id}")
        return self._customer(row)

    def find(self, customer_address: str) -> tuple[Customer, ...]:
        """Those who write from this address, in either spelling, to any of our numbers."""
        wanted = canonical_address(customer_address)
        with self._database.read() as connection:
            rows = connection.execute(select(customers)).all()
        found = (self._customer(row) for row in rows)
        return tuple(one for one in found if canonical_address(one.address.customer) == wanted)

    def idle_since(self, moment: datetime) -> tuple[str, ...]:
        """Customers whose last message is older."""
        with self._database.read() as connection:
            return tuple(
                connection.scalars(select(customers.c.customer_id).where(customers.c.last_inbound_at < moment))
            )

    def seen(self, connection: Connection, address: Address, at: datetime) -> tuple[str, int]:
        """The customer's id and the position of their new message. Locks the customer until the end of the
        transaction: their messages get their order one after the other."""
        customer_id = self.customer_id(address)
        # A message from before an outage must not close the window of who is writing now.
        latest = case((customers.c.last_inbound_at < at, at), else_=customers.c.last_inbound_at)
        insert_or_ignore(
            connection,
            customers,
            {
                "customer_id": customer_id,
                "matching_key": self.matching_key(address),
                "sealed": self._sealer.seal(address.model_dump_json()),
                "last_inbound": 0,
                "last_outbound": 0,
                "last_inbound_at": at,
                "fence": 0,
                "created_at": at,
            },
        )
        position = connection.scalar(
            update(customers)
            .where(customers.c.customer_id == customer_id)
            .values(last_inbound=customers.c.last_inbound + 1, last_inbound_at=latest)
            .returning(customers.c.last_inbound)
        )
        return customer_id, int(position or 0)

    def next_position(self, connection: Connection, customer_id: str) -> int:
        """Behind all messages of the customer; 0 for nobody. Locks the customer as `seen` does."""
        position = connection.scalar(
            update(customers)
            .where(customers.c.customer_id == customer_id)
            .values(last_inbound=customers.c.last_inbound + 1)
            .returning(customers.c.last_inbound)
        )
        return int(position or 0)

    # leases

    def claim(self, customer_id: str, owner: str, seconds: float) -> int | None:
        """A new fence, when nobody else works for the customer. The same owner may claim again."""
        now = utc_now()
        free = or_(customers.c.lease_until.is_(None), customers.c.lease_until < now, customers.c.lease_owner == owner)
        with self._database.write() as connection:
            fence = connection.scalar(
                update(customers)
                .where(customers.c.customer_id == customer_id, free)
                .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds), fence=customers.c.fence + 1)
                .returning(customers.c.fence)
            )
        return None if fence is None else int(fence)

    @contextmanager
    def fenced(self, customer_id: str, fence: int) -> Iterator[Connection]:
        """A transaction of whoever drew `fence`; it renews the lease. Raises LostLease when somebody else has claimed
        since.

        The renewal matters to a run that goes on after its worker's death: its fence still fits, but its lease may be
        over, and another worker must not claim while it thinks.
        """
        with self._database.write() as connection:
            # Touching the row locks it: two workers with different fences cannot pass side by side.
            kept = connection.execute(
                update(customers)
                .where(customers.c.customer_id == customer_id, customers.c.fence == fence)
                .values(lease_until=utc_now() + self._lease)
            )
            if kept.rowcount != 1:
                raise LostLease(f"customer {customer_id} is no longer ours")
            yield connection

    def renew(self, owners: Sequence[str], seconds: float) -> None:
        """One statement for all that a process works for."""
        if not owners:
            return
        until = utc_now() + timedelta(seconds=seconds)
        with self._database.write() as connection:
            connection.execute(update(customers).where(customers.c.lease_owner.in_(owners)).values(lease_until=until))

    def let_go(self, connection: Connection, customer_id: str) -> None:
        connection.execute(
            update(customers).where(customers.c.customer_id == customer_id).values(lease_owner=None, lease_until=None)
        )

    # consent and hand-off

    def opt_out(self, connection: Connection, matching_key: str, *, at: datetime) -> None:
        known = self.opted_out_at(connection, matching_key)
        latest = max(known, at) if known else at
        insert_or_replace(connection, opt_outs, {"matching_key": matching_key, "opted_out_at": latest})

    def opt_in(self, connection: Connection, matching_key: str) -> None:
        connection.execute(delete(opt_outs).where(opt_outs.c.matching_key == matching_key))

    def has_opted_out(self, connection: Connection, matching_key: str) -> bool:
        return self.opted_out_at(connection, matching_key) is not None

    def opted_out_at(self, connection: Connection, matching_key: str) -> datetime | None:
        """When they last said so; None when they want to hear from us."""
        found: datetime | None = connection.scalar(
            select(opt_outs.c.opted_out_at).where(opt_outs.c.matching_key == matching_key)
        )
        return found

    def hand_off(self, connection: Connection, customer_id: str, *, who: str, reason: str) -> None:
        """To a person, until `hand_back`. A standing one stays as it is."""
        if not self.is_handed_off(connection, customer_id):
            values = {
                "hand_off_id": new_id(),
                "customer_id": customer_id,
                "who": who,
                "reason": reason,
                "since": utc_now(),
            }
            connection.execute(hand_offs.insert().values(values))

    def hand_back(self, connection: Connection, customer_id: str) -> bool:
        """False when nobody had taken over."""
        standing = (hand_offs.c.customer_id == customer_id) & hand_offs.c.ended_at.is_(None)
        return connection.execute(update(hand_offs).where(standing).values(ended_at=utc_now())).rowcount > 0

    def is_handed_off(self, connection: Connection, customer_id: str) -> bool:
        standing = (hand_offs.c.customer_id == customer_id) & hand_offs.c.ended_at.is_(None)
        return connection.scalar(select(hand_offs.c.hand_off_id).where(standing).limit(1)) is not None

    def change(self, connection: Connection, customer_id: str, **values: Any) -> None:
        connection.execute(update(customers).where(customers.c.customer_id == customer_id).values(**values))

    def _customer(self, row: Row[Any]) -> Customer:
        return Customer(
            customer_id=row.customer_id,
            matching_key=row.matching_key,
            address=Address.model_validate_json(self._sealer.open(row.sealed)),
            conversation_id=row.conversation_id,
            last_inbound_at=row.last_inbound_at,
            noticed_at=row.noticed_at,
        )
