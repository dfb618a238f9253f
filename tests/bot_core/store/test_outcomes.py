"""What came of conversations, by release: the figures of an online comparison."""

from __future__ import annotations

from datetime import timedelta

from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import InboundMessage, utc_now
from bot_core.store.records import CUSTOMER, Feedback, FeedbackValue
from bot_core.store.store import Store
from tests.fakes.turns import finished_turn

LONG_AGO = utc_now() - timedelta(days=1)


def talk(store: Store, name: str, *releases: str, channel: str = "whatsapp") -> None:
    """A conversation with one turn for each release."""
    conversation = store.conversations.create(
        channel=channel, customer_key=name, release_id=releases[0], conversation_id=name
    )
    for number, release_id in enumerate(releases):
        turn = finished_turn(conversation.state, tracking_id=f"{name}-{number}", release_id=release_id)
        conversation = store.conversations.append_turn(
            name, [InboundMessage(text="hola")], turn, expected_version=number
        )


def thumb(store: Store, tracking_id: str, value: FeedbackValue, *, source: str = CUSTOMER) -> None:
    store.feedback.give(Feedback(tracking_id=tracking_id, value=value, source=source))


def test_a_conversation_counts_its_turns_opinions_and_requests(store: Store):
    talk(store, "ana", "a", "a", "a")
    thumb(store, "ana-0", FeedbackValue.DOWN)
    thumb(store, "ana-0", FeedbackValue.UP)
    thumb(store, "ana-1", FeedbackValue.DOWN)
    thumb(store, "ana-2", FeedbackValue.UP, source="workbench")
    for kind in (LeadKind.PERSON, LeadKind.APPOINTMENT):
        store.leads.submit(Lead(kind=kind, tracking_id="ana-2", conversation_id="ana"))
    (found,) = store.activity.outcomes(channel="whatsapp", since=LONG_AGO)
    assert (found.conversation_id, found.release_id, found.is_mixed) == ("ana", "a", False)
    assert (found.turns, found.thumbs_up, found.thumbs_down, found.leads, found.fallbacks) == (3, 1, 1, 2, 0)
    assert found.began_at == store.conversations.turn("ana-0").created_at


def test_a_conversation_that_two_releases_answered_says_so(store: Store):
    talk(store, "eva", "b", "a")
    (found,) = store.activity.outcomes(channel="whatsapp", since=LONG_AGO)
    assert (found.release_id, found.is_mixed) == ("b", True)


def test_other_channels_and_earlier_conversations_are_left_out(store: Store):
    talk(store, "ana", "a")
    talk(store, "tester", "a", channel="workbench")
    talk(store, "eva", "a")
    start = store.conversations.turn("eva-0").created_at
    assert [one.conversation_id for one in store.activity.outcomes(channel="whatsapp", since=start)] == ["eva"]
    assert [one.conversation_id for one in store.activity.outcomes(channel="whatsapp", since=LONG_AGO)] == [
        "ana",
        "eva",
    ]


def test_without_conversations_there_is_nothing(store: Store):
    store.conversations.create(channel="whatsapp", customer_key="k", release_id="a")
    assert store.activity.outcomes(channel="whatsapp", since=LONG_AGO) == ()
