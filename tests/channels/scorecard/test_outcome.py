from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.scorecard.outcome import Outcome
from channels.store.records import InboundState, OutboxState, Reason

OVERTAKEN = Outcome(
    sid="SM1",
    customer_id="c1",
    position=1,
    state=InboundState.PROCESSED,
    reason=Reason.OPTED_OUT,
    tracking_id=None,
    received_at=datetime(2026, 11, 25, tzinfo=UTC),
    reply="",
    error="",
    reply_sid=None,
)


@pytest.mark.parametrize(
    ("one", "cancelled"),
    [
        (OVERTAKEN, True),
        (replace(OVERTAKEN, reason=Reason.TOO_OLD), False),
        (replace(OVERTAKEN, reason="", state=InboundState.RECEIVED), False),
        (replace(OVERTAKEN, reason="", reply=OutboxState.CANCELLED, error=Reason.OPTED_OUT), True),
        (replace(OVERTAKEN, reason="", reply=OutboxState.CANCELLED, error="handed_off"), False),
        (replace(OVERTAKEN, reply=OutboxState.ACCEPTED), False),
    ],
)
def test_what_a_customer_wrote_who_left_ends_without_a_reply(one: Outcome, cancelled: bool):
    assert one.is_cancelled is cancelled
    assert not one.is_answered
