from __future__ import annotations

from datetime import timedelta

from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import InboundMessage
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.store import Store
from tests.fakes.turns import finished_turn


def _talk(store: Store, customer: str, *said: str, channel: str = "workbench") -> str:
    conversation = store.conversations.create(channel=channel, customer_key=customer, release_id="offline-base")
    for number, text in enumerate(said):
        turn = finished_turn(conversation.state, text, tracking_id=f"{customer}-{number}")
        conversation = store.conversations.append_turn(
            conversation.conversation_id, [InboundMessage(text=text)], turn, expected_version=number
        )
    return conversation.conversation_id


def test_turns_of_all_conversations_are_paged_backwards(store: Store):
    _talk(store, "ana", "hola", "busco un versa")
    _talk(store, "eva", "hey", channel="whatsapp")
    first = store.activity.before(limit=2)
    assert [one.turn.tracking_id for one in first] == ["eva-0", "ana-1"]
    assert (first[0].channel, first[0].customer_key) == ("whatsapp", "eva")
    assert first[0].turn == store.conversations.turn("eva-0")
    rest = store.activity.before(first[-1].place, limit=2)
    assert [one.turn.tracking_id for one in rest] == ["ana-0"]
    assert store.activity.before(rest[-1].place) == ()


def test_turns_since_a_moment_are_paged_forwards(store: Store):
    _talk(store, "ana", "uno", "dos", "tres")
    second = store.conversations.turn("ana-1").created_at
    page = store.activity.since(second, limit=1)
    assert [one.turn.tracking_id for one in page] == ["ana-1"]
    assert [one.turn.tracking_id for one in store.activity.since(second, after=page[-1].place)] == ["ana-2"]
    assert (store.activity.count(), store.activity.tracking_ids()) == (3, frozenset({"ana-0", "ana-1", "ana-2"}))


def test_opinions_and_leads_since_a_moment(store: Store):
    conversation_id = _talk(store, "ana", "uno", "dos")
    for number in range(2):
        store.feedback.give(Feedback(tracking_id=f"ana-{number}", value=FeedbackValue.DOWN, source="customer"))
    given = store.feedback.list()
    reference = store.leads.submit(
        Lead(kind=LeadKind.PERSON, tracking_id="ana-1", conversation_id=conversation_id, customer_name="Ana")
    )
    start = given[0].created_at
    assert [one.tracking_id for one in store.activity.feedback_since(start)] == ["ana-1"]
    assert [one.reference for one in store.activity.leads_since(start)] == [reference]
    later = start + timedelta(days=1)
    assert (store.activity.feedback_since(later), store.activity.leads_since(later)) == ((), ())
