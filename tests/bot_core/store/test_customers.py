from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.errors import NotFound
from bot_core.sessions.state import CustomerProfile
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.store import Store
from tests.fakes.turns import finished_turn


def _turn(store: Store, tracking_id: str) -> None:
    conversation = store.conversations.create(channel="workbench", customer_key="ana", release_id="offline-base")
    turn = finished_turn(conversation.state, tracking_id=tracking_id)
    store.conversations.append_turn(conversation.conversation_id, [], turn, expected_version=0)


def _opinion(tracking_id: str = "t1", value: FeedbackValue = FeedbackValue.UP, **fields: str) -> Feedback:
    return Feedback(tracking_id=tracking_id, value=value, **{"source": "customer", **fields})


def test_a_profile_is_kept_for_each_customer_of_a_channel(store: Store):
    profile = CustomerProfile(name="José Ñandú", budget=Decimal("250000.50"))
    assert store.profiles.get("whatsapp", "ana") is None
    store.profiles.put("whatsapp", "ana", profile)
    assert store.profiles.get("whatsapp", "ana") == profile
    assert store.profiles.get("workbench", "ana") is None
    store.profiles.put("whatsapp", "ana", CustomerProfile(city="Puebla"))
    assert store.profiles.get("whatsapp", "ana") == CustomerProfile(city="Puebla")


def test_feedback_belongs_to_a_turn(store: Store):
    with pytest.raises(NotFound, match="t1"):
        store.feedback.give(_opinion())
    _turn(store, "t1")
    given = _opinion(comment="Muy útil\x00 👍")
    store.feedback.give(given)
    assert store.feedback.of("t1") == (given,)
    assert given.comment == "Muy útil  👍"
    assert store.feedback.of("t2") == ()


def test_the_latest_opinion_of_a_source_stands(store: Store):
    _turn(store, "t1")
    for opinion in (_opinion(), _opinion(source="workbench"), last := _opinion(value=FeedbackValue.DOWN, comment="no")):
        store.feedback.give(opinion)
    assert [(opinion.source, opinion.value) for opinion in store.feedback.of("t1")] == [
        ("customer", FeedbackValue.DOWN),
        ("workbench", FeedbackValue.UP),
    ]
    assert store.feedback.list(limit=1) == (last,)


def test_feedback_is_listed_newest_first(store: Store):
    for tracking_id in ("t1", "t2", "t3"):
        _turn(store, tracking_id)
        store.feedback.give(_opinion(tracking_id))
    assert [opinion.tracking_id for opinion in store.feedback.list(limit=2)] == ["t3", "t2"]
