"""What became of each message, read from the database alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from channels.scorecard.world import REFUSED_CODE
from channels.store.records import NO_NOTICE, InboundState, OutboxKind, OutboxState, Reason
from channels.store.store import ChannelStore
from channels.store.tables import inbound_messages, outbox


@dataclass(frozen=True, slots=True)
class Outcome:
    sid: str
    customer_id: str
    position: int
    state: str
    reason: str
    tracking_id: str | None
    received_at: datetime
    reply: str
    """State of the reply's outbox row, "" without one."""
    error: str
    reply_sid: str | None
    notice_refused: bool = False
    """Twilio refused a privacy notice of this customer for what it is."""

    @property
    def is_answered(self) -> bool:
        """Twilio has its reply, or has refused it for what it is, which a dead letter tells the operators."""
        replied = self.state == InboundState.REPLIED and self.reply == OutboxState.ACCEPTED
        held = self.error == NO_NOTICE and self.notice_refused
        return replied or (self.reply == OutboxState.FAILED and (self.error == REFUSED_CODE or held))

    @property
    def is_cancelled(self) -> bool:
        """Its reply was stopped because the customer had left, or never begun: their BAJA overtook it."""
        stopped = self.reply == OutboxState.CANCELLED and self.error == Reason.OPTED_OUT
        return stopped or (self.reason == Reason.OPTED_OUT and not self.reply)

    @property
    def told(self) -> str:
        return f"{self.state} {self.reason}, reply {self.reply or 'none'} {self.error}"


def outcomes(store: ChannelStore) -> dict[str, Outcome]:
    """MessageSid → what became of it."""
    replies = {OutboxKind.REPLY.value, OutboxKind.APOLOGY.value}
    with store.database.read() as connection:
        sent = {
            row.tracking_id: row
            for row in connection.execute(select(outbox).where(outbox.c.kind.in_(replies)))
            if row.tracking_id
        }
        rows = connection.execute(select(inbound_messages)).all()
        refused = (outbox.c.kind == OutboxKind.NOTICE.value) & (outbox.c.error == REFUSED_CODE)
        without_notice = set(connection.scalars(select(outbox.c.customer_id).where(refused)))
    found = {}
    for row in rows:
        reply = sent.get(row.tracking_id)
        found[row.message_sid] = Outcome(
            row.message_sid,
            row.customer_id,
            row.position,
            row.state,
            row.reason,
            row.tracking_id,
            row.received_at,
            reply.state if reply else "",
            reply.error if reply else "",
            reply.message_sid if reply else None,
            row.customer_id in without_notice,
        )
    return found


def unanswered(store: ChannelStore, sids: set[str]) -> list[str]:
    """Those of `sids` that are lost: not stored, or stored and without an end."""
    found = outcomes(store)
    return sorted(sid for sid in sids if sid not in found or not found[sid].is_answered)
