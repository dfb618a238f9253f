"""Every order of status callbacks ends in the same state."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bot_core.messages import utc_now
from channels.store.records import Address, Content, DeliveryEvent, Draft, OutboxKind, OutboxState
from channels.store.statuses import has_left, merged
from channels.store.store import ChannelStore
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, new_sid

STATUSES = [
    "",
    "accepted",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "failed",
    "undelivered",
    "canceled",
    "new!",
]
status = st.sampled_from(STATUSES)


@given(st.lists(status, max_size=6), st.randoms())
def test_any_order_and_repetition_gives_one_end_state(reports: list[str], rng):
    shuffled = [*reports, *reports]
    rng.shuffle(shuffled)

    def end(order: list[str]) -> str:
        state = ""
        for report in order:
            state = merged(state, report)
        return state

    assert end(reports) == end(shuffled)


@given(status, status, status)
def test_the_merge_is_a_monotone_maximum(a: str, b: str, c: str):
    assert merged(a, merged(b, c)) == merged(merged(a, b), c)
    known = [x for x in (a, b) if x != "new!"]
    if len(known) == 2:
        assert merged(a, b) == merged(b, a)


def test_what_was_sent_or_failed_has_left():
    assert [status for status in STATUSES if has_left(status)] == [
        "sent", "delivered", "read", "failed", "undelivered", "canceled",
    ]  # fmt: skip


def test_every_order_of_callbacks_and_of_our_own_answer_ends_alike(store: ChannelStore):
    """The callbacks of one message, and the answer to our request, in all their orders."""
    ends = set()
    for number, order in enumerate(itertools.permutations(["sent", "delivered", "read", "answer"])):
        outbox_id, sid = f"{number:032x}", new_sid()
        with store.database.write() as connection:
            address = Address(account_sid=ACCOUNT, customer=f"{CUSTOMER}{number}", ours=OURS)
            customer_id, _ = store.people.seen(connection, address, utc_now())
            store.outbox.add(
                connection, customer_id, [Draft(outbox_id=outbox_id, kind=OutboxKind.REPLY, content=Content(body="x"))]
            )
            store.outbox.start(connection, outbox_id)
        for event in order:
            if event == "answer":
                with store.database.write() as connection:
                    store.outbox.accept(connection, outbox_id, sid)
                    store.deliveries.merge(connection, sid)
            else:
                for _ in range(2):
                    store.deliveries.report(
                        DeliveryEvent(message_sid=sid, status=event, outbox_id=outbox_id, received_at=utc_now())
                    )
        after = store.outbox.get(outbox_id)
        ends.add((after.state, after.delivery, after.message_sid == sid, after.error))
    assert ends == {(OutboxState.ACCEPTED, "read", True, "")}
