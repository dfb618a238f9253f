from __future__ import annotations

import pytest

from bot_core.errors import NotFound
from bot_core.leads.lead import Lead, LeadKind
from bot_core.sessions.state import CustomerProfile
from bot_core.store.records import Conversation, Feedback, FeedbackValue
from bot_core.store.reviews import Annotation, ReviewVerdict
from bot_core.store.store import Store
from tests.fakes.turns import finished_turn


def _known(store: Store, customer: str, channel: str = "workbench") -> Conversation:
    """A customer who has left a row everywhere."""
    conversation = store.conversations.create(channel=channel, customer_key=customer, release_id="offline-base")
    name, tracking_id = conversation.conversation_id, f"{channel}-{customer}"
    turn = finished_turn(conversation.state, tracking_id=tracking_id)
    conversation = store.conversations.append_turn(name, [], turn, expected_version=0)
    store.feedback.give(Feedback(tracking_id=tracking_id, value=FeedbackValue.DOWN, source="customer"))
    store.leads.submit(Lead(kind=LeadKind.PERSON, tracking_id=tracking_id, conversation_id=name))
    store.annotations.put(
        Annotation(tracking_id=tracking_id, annotator="Ana", conversation_id=name, verdict=ReviewVerdict.FAIL)
    )
    store.profiles.put(channel, customer, CustomerProfile(name=customer))
    return conversation


def test_an_erased_customer_is_nowhere_any_more(store: Store):
    gone = _known(store, "eva")
    assert store.erasure.erase("workbench", "eva") == 6
    with pytest.raises(NotFound):
        store.conversations.get(gone.conversation_id)
    with pytest.raises(NotFound):
        store.conversations.turn("workbench-eva")
    assert (store.feedback.list(), store.leads.list(), store.annotations.list()) == ((), (), ())
    assert (store.profiles.get("workbench", "eva"), store.activity.count()) == (None, 0)


def test_nobody_else_loses_anything(store: Store):
    _known(store, "eva")
    other, same_key = _known(store, "luz"), _known(store, "eva", "whatsapp")
    store.erasure.erase("workbench", "eva")
    assert store.conversations.get(other.conversation_id) == other
    assert store.conversations.get(same_key.conversation_id) == same_key
    assert store.activity.tracking_ids() == {"workbench-luz", "whatsapp-eva"}
    assert (len(store.feedback.list()), len(store.leads.list()), len(store.annotations.list())) == (2, 2, 2)
    assert store.profiles.get("whatsapp", "eva") == CustomerProfile(name="eva")


def test_a_customer_of_nothing_is_erased_without_a_word(store: Store):
    assert store.erasure.erase("workbench", "nadie") == 0
