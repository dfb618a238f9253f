from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.leads.lead import Lead, LeadKind
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.store import Store, open_store
from bot_core.trace import TurnTrace
from tests.fakes.activity import talk
from workbench.runner import activity
from workbench.runner.activity import ActivityFeed
from workbench.runner.turn_rows import gaps_of
from workbench.storage.activity.rows import Gap
from workbench.storage.activity.search import Search, search


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    yield opened
    opened.close()


@pytest.fixture
def feed(store: Store) -> Iterator[ActivityFeed]:
    made = ActivityFeed(store)
    yield made
    made.close()


def found(feed: ActivityFeed, **asked: str) -> set[str]:
    return {one.conversation_id for one in search(feed.index(), Search(**asked)).items}  # type: ignore[arg-type]


def test_what_is_stored_later_is_found_too(store: Store, feed: ActivityFeed):
    assert found(feed) == set()
    talk(store, "busco un versa", conversation_id="c1")
    feed.refresh()
    assert found(feed, words="versa") == {"c1"}
    talk(store, "y un jetta", conversation_id="c1")
    talk(store, "hola", conversation_id="c2", channel="whatsapp")
    feed.refresh()
    assert found(feed, words="jetta") == {"c1"}
    assert found(feed) == {"c1", "c2"}
    assert feed.filling().complete


def test_older_turns_come_in_the_background(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity, "_FIRST_BATCH", 2)
    monkeypatch.setattr(activity, "_BATCH", 3)
    for number in range(5):
        talk(store, "hola", "adiós", conversation_id=f"c{number}")
    feed = ActivityFeed(store)
    feed.index()
    assert feed.filling().total == 10
    assert feed.wait(20)
    assert feed.filling().done == 10
    assert found(feed) == {f"c{number}" for number in range(5)}
    feed.close()


def test_opinions_and_leads_are_kept_up_to_date(store: Store, feed: ActivityFeed):
    talk(store, "hola", conversation_id="c1")
    assert found(feed, opinion="any") == set()
    store.feedback.give(Feedback(tracking_id="c1-1", value=FeedbackValue.UP, source="customer"))
    store.feedback.give(Feedback(tracking_id="c1-1", value=FeedbackValue.DOWN, source="customer"))
    store.leads.submit(Lead(kind=LeadKind.PERSON, tracking_id="c1-1", conversation_id="c1"))
    feed.refresh()
    assert found(feed, opinion="down") == {"c1"}
    assert found(feed, opinion="up") == set()
    assert found(feed, lead="person") == {"c1"}


def test_an_erased_customer_is_not_found_any_more(store: Store, feed: ActivityFeed):
    talk(store, "hola", conversation_id="c1")
    talk(store, "hola", conversation_id="c2")
    assert found(feed) == {"c1", "c2"}
    store.erasure.erase("workbench", "c1")
    feed.refresh()
    assert found(feed) == {"c2"}


def test_a_turn_that_was_committed_late_is_found_all_the_same(store: Store, feed: ActivityFeed):
    talk(store, "hola", conversation_id="c1")
    feed.index()
    feed._latest = feed._latest.replace(year=2100)
    talk(store, "tarde", conversation_id="c2")
    feed.refresh()
    assert found(feed, words="tarde") == {"c2"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"kind": "car_search", "cars": [], "absent": [{"make": "Tesla", "model": None}]},
            [Gap("absent_car", "Tesla")],
        ),
        ({"kind": "car_search", "cars": [], "absent": []}, [Gap("no_cars")]),
        ({"kind": "car_search", "cars": [], "question": "budget"}, []),
        ({"kind": "car_search", "cars": [{}], "unknown_attributes": ["color"]}, [Gap("unknown_fact", "color")]),
        ({"kind": "financing", "unknown_topics": ["cat"]}, [Gap("unknown_fact", "cat")]),
        ({"kind": "info", "topic": "¿aceptan perros?", "entries": []}, [Gap("no_knowledge", "¿aceptan perros?")]),
        ({"kind": "info", "topic": "sedes", "absent_city": "Mérida"}, [Gap("no_branch", "Mérida")]),
        ({"kind": "info", "topic": "x", "entries": [{}]}, []),
        ({"kind": "sales", "failed": True}, [Gap("lead_failed")]),
        ({"kind": "boundary", "subject": "media"}, [Gap("media")]),
        ({"kind": "boundary", "subject": "unsafe"}, []),
        ({"kind": "greeting"}, []),
        ({"kind": "of another version"}, []),
    ],
)
def test_what_a_customer_did_not_get(facts: dict[str, object], expected: list[Gap]):
    assert list(gaps_of(TurnTrace(tracking_id="t", release_id="r", facts=[facts]))) == expected


def test_out_of_scope_is_a_gap_and_an_attack_is_not():
    details = [
        IntentDetail(intent=Intent.OUT_OF_SCOPE, topic="clima"),
        IntentDetail(intent=Intent.OUT_OF_SCOPE, topic="unsafe"),
    ]
    trace = TurnTrace(tracking_id="t", release_id="r", intention=UserIntentionResponse(intents=details))
    assert list(gaps_of(trace)) == [Gap("out_of_scope", "clima")]
