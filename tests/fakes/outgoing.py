"""A message that the Twilio fake has taken."""

from __future__ import annotations

from bot_core.messages import utc_now
from channels.sandbox.wire import FakeMessage
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, new_sid


def outgoing(body: str) -> FakeMessage:
    return FakeMessage(new_sid(), ACCOUNT, "outbound-api", OURS, CUSTOMER, body, utc_now())
