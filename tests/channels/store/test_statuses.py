"""Every order of status callbacks ends in the same state."""

from __future__ import annotations

import itertools
import threading

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot_core.messages import utc_now
from bot_core.store.sql.rows import insert_or_ignore
from channels.store.records import Address, Content, DeliveryEvent, Draft, OutboxKind, OutboxState
from channels.store.statuses import has_left, merged
from channels.store.store import ChannelStore
from channels.store.tables import delivery_events
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
        sid, outbox_id = new_sid(), being_sent(store, number)
        for event in order:
            if event == "answer":
                with store.database.write() as connection:
                    store.outbox.accept(connection, outbox_id, sid)
                    store.deliveries.merge(connection, sid)
            else:
                for _ in range(2):
                    store.deliveries.report(callback(sid, event, outbox_id))
        after = store.outbox.get(outbox_id)
        ends.add((after.state, after.delivery, after.message_sid == sid, after.error))
    assert ends == {(OutboxState.ACCEPTED, "read", True, "")}


def test_callbacks_at_the_same_moment_do_not_undo_each_other(store: ChannelStore):
    """The second one comes in while the first one's transaction has looked at everything and is still open."""
    sid, outbox_id = new_sid(), being_sent(store, 1)
    store.deliveries.report(callback(sid, "sent", outbox_id))
    late = threading.Thread(target=lambda: store.deliveries.report(callback(sid, "delivered", outbox_id)))
    with store.database.write() as connection:
        insert_or_ignore(connection, delivery_events, callback(sid, "read", outbox_id).model_dump())
        store.deliveries.merge(connection, sid)
        late.start()
        while late.is_alive() and not is_waiting(store):
            late.join(0.01)
    late.join(20)
    assert {event.status for event in store.deliveries.of(sid)} == {"sent", "delivered", "read"}
    assert store.outbox.get(outbox_id).delivery == "read"


def is_waiting(store: ChannelStore) -> bool:
    """Somebody waits for a lock; on SQLite a second writer does from its start."""
    if store.database.is_sqlite:
        return True
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    # A connection of its own: within a transaction PostgreSQL keeps showing the same moment.
    with store.database.engine.connect() as connection:
        return bool(connection.scalar(text(waiting)))


def being_sent(store: ChannelStore, number: int) -> str:
    """The id of a reply to customer `number` that is on its way to Twilio."""
    outbox_id = f"{number:032x}"
    with store.database.write() as connection:
        address = Address(account_sid=ACCOUNT, customer=f"{CUSTOMER}{number}", ours=OURS)
        customer_id, _ = store.people.seen(connection, address, utc_now())
        reply = Draft(outbox_id=outbox_id, kind=OutboxKind.REPLY, content=Content(body="x"))
        store.outbox.add(connection, customer_id, [reply])
        store.outbox.start(connection, outbox_id)
    return outbox_id


def callback(sid: str, status: str, outbox_id: str) -> DeliveryEvent:
    return DeliveryEvent(message_sid=sid, status=status, outbox_id=outbox_id, received_at=utc_now())
