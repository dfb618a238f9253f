"""What customers got, read from the Twilio fake alone: the same for us and for the baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from channels.sandbox.wire import FakeMessage


def outbox_id(message: FakeMessage) -> str:
    """Our own id of an outgoing message; its status callback carries it."""
    return parse_qs(urlsplit(message.status_callback or "").query).get("o", [""])[0]


def doubles(sent: Iterable[FakeMessage]) -> int:
    """How many messages were sent more than once."""
    return sum(count - 1 for count in Counter(outbox_id(message) for message in sent).values())
