"""What the channel's tables hold, as values. Times are timezone-aware UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from bot_core.messages import Frozen
from channels.inbound.webhook import InboundWebhook


class InboundState(StrEnum):
    RECEIVED = "received"
    PROCESSED = "processed"
    """Answered for: a reply is in the outbox, or `reason` says why there is none."""
    REPLIED = "replied"
    """Its reply was accepted by Twilio."""
    FAILED = "failed"


class Reason(StrEnum):
    """Why a stored message gets no reply of its own."""

    NONE = ""
    MERGED = "merged"
    """Answered together with a later message of the same burst."""
    HANDED_OFF = "handed_off"
    OPTED_OUT = "opted_out"
    FEEDBACK = "feedback"
    LIMITED = "limited"
    TOO_OLD = "too_old"


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SEND_UNKNOWN = "send_unknown"
    FAILED = "failed"
    """A dead letter: only an operator sends it again."""
    CANCELLED = "cancelled"
    """The checks before sending stopped it; `error` says which."""


SETTLED = frozenset({OutboxState.ACCEPTED, OutboxState.FAILED, OutboxState.CANCELLED})
GONE = frozenset({OutboxState.ACCEPTED, OutboxState.SENDING, OutboxState.SEND_UNKNOWN})
"""Twilio has it, or may have it."""


EXPIRED = "expired_"
"""Begins the error of what was surely not sent, again and again, until it was too old."""
UNSETTLED = "unsettled"
"""The error of what may have been sent: only a person may send it again."""
NO_NOTICE = "no_notice"
"""The error of what was held back because its customer has no privacy notice yet."""


class OutboxKind(StrEnum):
    NOTICE = "notice"
    LATE = "late"
    REPLY = "reply"
    FEEDBACK = "feedback"
    APOLOGY = "apology"


ANSWERS = frozenset({OutboxKind.REPLY, OutboxKind.APOLOGY})
"""What answers the messages of a turn."""


class Allowed(StrEnum):
    """A check before sending that this message may pass: the reply that confirms an opt-out or a hand-off."""

    NOTHING = ""
    OPT_OUT = "opt_out"
    HAND_OFF = "hand_off"


class Content(Frozen):
    """What is sent: a body, or a stored content with its variables."""

    body: str
    content_sid: str | None = None
    variables: dict[str, str] = Field(default_factory=dict)


class Address(Frozen):
    """Between whom messages go, exactly as Twilio writes it."""

    account_sid: str
    customer: str
    ours: str


class Customer(Frozen):
    customer_id: str
    matching_key: str
    address: Address
    conversation_id: str | None
    last_inbound_at: datetime
    noticed_at: datetime | None


class StoredMessage(Frozen):
    webhook: InboundWebhook
    customer_id: str
    position: int
    state: InboundState
    reason: str
    urgent: bool
    tracking_id: str | None
    attempts: int
    received_at: datetime


class OpenTurn(Frozen):
    """A turn that is being thought about. It survives the worker, so that nothing is paid for twice."""

    customer_id: str
    tracking_id: str
    generation: int
    """0, or 1 when messages arrived while the model was thinking."""
    last_position: int
    """Messages up to this one are answered."""
    release_id: str
    result: str
    """The finished turn as JSON, "" before."""
    started_at: datetime


class Draft(Frozen):
    """A message for the outbox."""

    outbox_id: str
    kind: OutboxKind
    content: Content
    tracking_id: str | None = None
    allowed: Allowed = Allowed.NOTHING


class Outgoing(Frozen):
    outbox_id: str
    customer_id: str
    position: int
    tracking_id: str | None
    kind: OutboxKind
    content: Content
    state: OutboxState
    error: str
    allowed: Allowed
    message_sid: str | None
    delivery: str
    attempts: int
    lookups: int
    attempted_at: datetime | None
    due_at: datetime
    created_at: datetime


class DeliveryEvent(Frozen):
    message_sid: str
    status: str
    error_code: str = ""
    outbox_id: str | None = None
    received_at: datetime
