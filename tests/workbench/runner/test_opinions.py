from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.errors import NotFound
from bot_core.messages import BotReply, InboundMessage
from bot_core.orchestrator import TurnResult
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.store import Store, open_store
from bot_core.trace import TurnTrace
from workbench.runner.opinions import Opinions


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    conversation = opened.conversations.create(channel="workbench", customer_key="c", release_id="offline-base")
    for tracking_id in ("t1", "t2"):
        turn = TurnResult(BotReply(text="x"), conversation.state, TurnTrace(tracking_id=tracking_id, release_id="r"))
        conversation = opened.conversations.append_turn(
            conversation.conversation_id, [InboundMessage(text="hola")], turn, expected_version=conversation.version
        )
    yield opened
    opened.close()


def test_an_opinion_is_stored_and_the_latest_stands(store: Store):
    opinions = Opinions(store.feedback, "workbench")
    assert opinions.of(["t1", "t2"]) == {}
    opinions.give("t1", FeedbackValue.UP)
    opinions.give("t1", FeedbackValue.DOWN)
    assert opinions.of(["t1", "t2"]) == {"t1": FeedbackValue.DOWN}
    assert Opinions(store.feedback, "workbench").of(["t1"]) == {"t1": FeedbackValue.DOWN}


def test_opinions_of_other_sources_are_theirs(store: Store):
    store.feedback.give(Feedback(tracking_id="t1", value=FeedbackValue.UP, source="customer"))
    assert Opinions(store.feedback, "workbench").of(["t1"]) == {}


def test_an_unknown_turn_is_an_error_and_not_remembered(store: Store):
    opinions = Opinions(store.feedback, "workbench")
    with pytest.raises(NotFound):
        opinions.give("nobody", FeedbackValue.UP)
    assert opinions.of(["nobody"]) == {}
