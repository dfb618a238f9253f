from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.errors import NotFound
from bot_core.messages import InboundMessage
from bot_core.store.records import Conversation
from bot_core.store.store import Store, open_store
from tests.fakes.turns import finished_turn
from workbench.runner.reading import ConversationReader


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store) -> ConversationReader:
    return ConversationReader(store.conversations)


def begin(store: Store) -> Conversation:
    return store.conversations.create(
        channel="workbench", customer_key="c1", release_id="offline-base", conversation_id="c1"
    )


def say(store: Store, conversation: Conversation, text: str) -> Conversation:
    turn = finished_turn(conversation.state, text, tracking_id=text)
    return store.conversations.append_turn(
        "c1", [InboundMessage(text=text)], turn, expected_version=conversation.version
    )


def words(reader: ConversationReader) -> list[str]:
    return [message.text for turn in reader.spoken("c1") for message in turn.messages]


def test_what_was_read_is_kept_and_what_is_new_is_added(store: Store, reader: ConversationReader):
    conversation = say(store, begin(store), "uno")
    first = reader.spoken("c1")
    assert reader.spoken("c1") is first
    say(store, conversation, "dos")
    assert words(reader) == ["uno", "dos"]
    assert reader.spoken("c1")[0] is first[0]


def test_a_change_outside_a_turn_adds_nothing(store: Store, reader: ConversationReader):
    conversation = say(store, begin(store), "uno")
    assert words(reader) == ["uno"]
    store.conversations.replace_state("c1", conversation.state, expected_version=conversation.version)
    assert words(reader) == ["uno"]


def test_one_that_was_erased_and_begun_again_is_another_conversation(store: Store, reader: ConversationReader):
    say(store, begin(store), "uno")
    assert words(reader) == ["uno"]
    store.erasure.erase("workbench", "c1")
    assert words(reader) == []
    say(store, say(store, begin(store), "otra"), "vez")
    assert words(reader) == ["otra", "vez"]


def test_whole_turns_follow_the_store_too(store: Store, reader: ConversationReader):
    conversation = say(store, begin(store), "uno")
    kept = reader.turns("c1")
    assert reader.turns("c1") is kept
    say(store, conversation, "dos")
    assert [turn.tracking_id for turn in reader.turns("c1")] == ["uno", "dos"]
    assert reader.turn("dos") == reader.turns("c1")[1]


def test_a_reader_of_one_channel_knows_nothing_of_the_others(store: Store):
    say(store, begin(store), "uno")
    here = ConversationReader(store.conversations, channel="workbench")
    elsewhere = ConversationReader(store.conversations, channel="whatsapp")
    assert [turn.tracking_id for turn in here.spoken("c1")] == ["uno"]
    assert here.turn("uno").tracking_id == "uno"
    assert elsewhere.spoken("c1") == ()
    assert elsewhere.turns("c1") == ()
    with pytest.raises(NotFound):
        elsewhere.turn("uno")
