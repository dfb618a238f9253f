"""Whether a customer wants to hear from us: what they said last, in whatever order their messages reach us."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from channels.inbound.reading import Reading, read_signals
from channels.inbound.webhook import InboundWebhook
from channels.privacy.keys import Sealer
from channels.store.people import People
from channels.store.records import Reason
from channels.store.tables import customers, inbound_messages


class Consent:
    def __init__(self, people: People, sealer: Sealer) -> None:
        self._people = people
        self._sealer = sealer

    def read(self, connection: Connection, matching_key: str, reading: Reading, at: datetime) -> Reason:
        """Note what a message of that moment says of it. Why the message gets no answer; NONE when it may get one."""
        if reading.opts_out:
            return Reason.NONE if self.leave(connection, matching_key, at) else Reason.TOO_OLD
        left_at = self._people.opted_out_at(connection, matching_key)
        if left_at is None or reading.is_opinion:
            # An opinion is kept and never answered.
            return Reason.NONE
        if not reading.opts_in or at <= left_at:
            return Reason.OPTED_OUT
        # They write to us again of their own accord.
        self._people.opt_in(connection, matching_key)
        return Reason.NONE

    def leave(self, connection: Connection, matching_key: str, at: datetime) -> bool:
        """They left at that moment; False, and nothing changes, when they have written since."""
        if self._came_back(connection, matching_key, at):
            return False
        self._people.opt_out(connection, matching_key, at=at)
        return True

    def refused(self, connection: Connection, customer_id: str, at: datetime) -> None:
        """Twilio says that they want nothing from us, of a message that was sent at that moment."""
        key = select(customers.c.matching_key).where(customers.c.customer_id == customer_id)
        self.leave(connection, connection.scalars(key).one(), at)

    def _came_back(self, connection: Connection, matching_key: str, after: datetime) -> bool:
        """Read from the messages themselves: an opt-out is rare, and hardly ever is anything newer than it."""
        newer = (
            select(inbound_messages.c.sealed)
            .join(customers, customers.c.customer_id == inbound_messages.c.customer_id)
            .where(customers.c.matching_key == matching_key, inbound_messages.c.received_at > after)
        )
        return any(self._opts_in(sealed) for sealed in connection.scalars(newer))

    def _opts_in(self, sealed: str) -> bool:
        return read_signals(InboundWebhook.model_validate_json(self._sealer.open(sealed))).opts_in
