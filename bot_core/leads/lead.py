"""A customer's wish to visit, reserve or talk to a person, handed to whoever follows up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from bot_core.messages import Frozen, utc_now


class LeadKind(StrEnum):
    APPOINTMENT = "appointment"
    RESERVATION = "reservation"
    PERSON = "person"
    TRADE_IN = "trade_in"


class Lead(Frozen):
    """A *request*: nothing is booked or reserved until a person of Kavak confirms it."""

    kind: LeadKind
    tracking_id: str
    conversation_id: str
    stock_id: str | None = None
    car_label: str | None = None
    branch_id: str | None = None
    branch_name: str | None = None
    day: str | None = None
    """As the customer said it."""
    customer_name: str | None = None
    created_at: datetime = Field(default_factory=utc_now)


class LeadSink(Protocol):
    def submit(self, lead: Lead) -> str:
        """Record `lead` and return its reference ("KV-7F3A9C").

        Submitting the same tracking_id and kind again returns the same reference. Raises StoreError when it could not
        be recorded: then no reference may be told to the customer.
        """
        ...
