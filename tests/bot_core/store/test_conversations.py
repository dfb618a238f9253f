from __future__ import annotations

import threading
from datetime import UTC

import pytest

from bot_core.errors import Conflict, NotFound, StoreError
from bot_core.messages import InboundMessage, MessageKind
from bot_core.sessions.state import ConversationState
from bot_core.store.records import Conversation
from bot_core.store.store import Store
from tests.fakes.turns import finished_turn


def _new(store: Store, customer: str = "whatsapp:+521", channel: str = "workbench", **fields: str) -> Conversation:
    return store.conversations.create(channel=channel, customer_key=customer, release_id="offline-base", **fields)


def _of_three_turns(store: Store) -> Conversation:
    """m0, m1 and m2, in the turns t0, t1 and t2."""
    conversation = _new(store)
    for number in range(3):
        turn = finished_turn(conversation.state, f"m{number}", tracking_id=f"t{number}")
        conversation = store.conversations.append_turn(
            conversation.conversation_id, [InboundMessage(text=f"m{number}")], turn, expected_version=number
        )
    return conversation


def test_a_new_conversation_is_empty(store: Store):
    created = _new(store)
    assert created == store.conversations.get(created.conversation_id)
    assert (created.version, created.state) == (0, ConversationState(conversation_id=created.conversation_id))
    assert created.created_at == created.updated_at
    assert created.created_at.tzinfo is UTC
    assert store.conversations.turns(created.conversation_id) == ()


def test_an_id_is_taken_once(store: Store):
    _new(store, conversation_id="c1")
    with pytest.raises(Conflict, match="c1 exists"):
        _new(store, conversation_id="c1")


def test_a_turn_is_logged_with_its_state(store: Store):
    created = _new(store)
    messages = [InboundMessage(text="hola\x00 🚗", profile_name="Ñandú"), InboundMessage(kind=MessageKind.IMAGE)]
    turn = finished_turn(created.state, "hola\x00 🚗", tracking_id="t1", release_id="local")
    after = store.conversations.append_turn(created.conversation_id, messages, turn, expected_version=0)
    assert (after.version, after.state, after.release_id) == (1, turn.state, "local")
    assert after.updated_at > created.updated_at
    assert store.conversations.get(created.conversation_id) == after
    logged = store.conversations.turn("t1")
    assert (logged.tracking_id, logged.position, logged.conversation_id) == ("t1", 1, created.conversation_id)
    assert (logged.messages, logged.reply, logged.trace) == (tuple(messages), turn.reply, turn.trace)
    assert logged.created_at.utcoffset() is not None
    assert store.conversations.turns(created.conversation_id) == (logged,)


def test_turns_are_counted_in_order(store: Store):
    conversation = _of_three_turns(store)
    logged = store.conversations.turns(conversation.conversation_id)
    assert [(turn.tracking_id, turn.position) for turn in logged] == [("t0", 1), ("t1", 2), ("t2", 3)]
    assert conversation.state.turns == 3


def test_what_was_said_is_read_from_a_position_on(store: Store):
    conversation = _of_three_turns(store)
    logged = store.conversations.turns(conversation.conversation_id)
    spoken = store.conversations.spoken(conversation.conversation_id)
    assert [(turn.tracking_id, turn.position, turn.messages, turn.reply, turn.created_at) for turn in spoken] == [
        (turn.tracking_id, turn.position, turn.messages, turn.reply, turn.created_at) for turn in logged
    ]
    assert store.conversations.spoken(conversation.conversation_id, after=2) == spoken[2:]
    assert store.conversations.spoken(conversation.conversation_id, after=3) == ()


def test_the_head_says_whether_a_conversation_has_changed(store: Store):
    created = _new(store)
    head = store.conversations.head(created.conversation_id)
    assert (head.conversation_id, head.channel, head.version, head.created_at) == (
        created.conversation_id,
        "workbench",
        0,
        created.created_at,
    )
    turn = finished_turn(created.state, "hola", tracking_id="t1")
    store.conversations.append_turn(created.conversation_id, [InboundMessage(text="hola")], turn, expected_version=0)
    assert store.conversations.head(created.conversation_id).version == 1


def test_a_stale_writer_changes_nothing(store: Store):
    created = _new(store)
    first, second = (finished_turn(created.state, tracking_id=name) for name in ("t1", "t2"))
    kept = store.conversations.append_turn(created.conversation_id, [], first, expected_version=0)
    with pytest.raises(Conflict, match="moved on from version 0"):
        store.conversations.append_turn(created.conversation_id, [], second, expected_version=0)
    assert store.conversations.get(created.conversation_id) == kept
    with pytest.raises(NotFound):
        store.conversations.turn("t2")


def test_a_tracking_id_is_logged_once_and_the_state_stays(store: Store):
    created, other = _new(store), _new(store)
    store.conversations.append_turn(
        created.conversation_id, [], finished_turn(created.state, tracking_id="t1"), expected_version=0
    )
    again = finished_turn(other.state, tracking_id="t1")
    with pytest.raises(Conflict, match="t1 is already logged"):
        store.conversations.append_turn(other.conversation_id, [], again, expected_version=0)
    assert store.conversations.get(other.conversation_id) == other


def test_a_state_may_change_outside_a_turn(store: Store):
    created = _new(store)
    state = created.state.model_copy(update={"handed_off": True})
    after = store.conversations.replace_state(created.conversation_id, state, expected_version=0)
    assert (after.state.handed_off, after.version, after.release_id) == (True, 1, "offline-base")
    with pytest.raises(Conflict):
        store.conversations.replace_state(created.conversation_id, state, expected_version=0)
    moved = store.conversations.replace_state(
        created.conversation_id, state, expected_version=1, release_id="offline-exacto"
    )
    assert moved.release_id == "offline-exacto"
    turn = finished_turn(moved.state, tracking_id="t1")
    store.conversations.append_turn(created.conversation_id, [], turn, expected_version=2)
    assert store.conversations.turn("t1").position == 1


def test_a_state_belongs_to_its_conversation(store: Store):
    created, other = _new(store), _new(store)
    with pytest.raises(StoreError, match="does not belong"):
        store.conversations.replace_state(created.conversation_id, other.state, expected_version=0)


def test_unknown_ids_are_not_found(store: Store):
    lost = ConversationState(conversation_id="nope")
    for call in (
        lambda: store.conversations.get("nope"),
        lambda: store.conversations.head("nope"),
        lambda: store.conversations.spoken("nope"),
        lambda: store.conversations.turn("nope"),
        lambda: store.conversations.turns("nope"),
        lambda: store.conversations.replace_state("nope", lost, expected_version=0),
        lambda: store.conversations.append_turn("nope", [], finished_turn(lost), expected_version=0),
    ):
        with pytest.raises(NotFound, match="nope"):
            call()


def test_pages_go_from_the_latest_activity_to_the_oldest(store: Store):
    made = [_new(store, str(number), "whatsapp" if number % 2 else "workbench") for number in range(7)]
    first = made[0]
    moved = store.conversations.replace_state(first.conversation_id, first.state, expected_version=0)
    expected = [moved, *reversed(made[1:])]
    seen: list[Conversation] = []
    cursor = None
    for size in (3, 3, 1):
        page = store.conversations.list(limit=3, cursor=cursor)
        assert len(page.items) == size
        seen += page.items
        cursor = page.cursor
    assert (seen, cursor) == (expected, None)
    whatsapp = store.conversations.list(channel="whatsapp")
    assert [row.customer_key for row in whatsapp.items] == ["5", "3", "1"]
    assert whatsapp.cursor is None


def test_a_page_that_is_just_full_is_the_last(store: Store):
    _new(store)
    assert store.conversations.list(limit=1).cursor is None


def test_a_cursor_of_nobody_is_refused(store: Store):
    with pytest.raises(StoreError, match="no page starts there"):
        store.conversations.list(cursor="yesterday")


def test_find_gives_the_customers_latest_conversation(store: Store):
    old = _new(store, "ana")
    latest = _new(store, "ana")
    _new(store, "ana", "whatsapp")
    _new(store, "eva")
    assert store.conversations.find("workbench", "ana") == latest
    moved = store.conversations.replace_state(old.conversation_id, old.state, expected_version=0)
    assert store.conversations.find("workbench", "ana") == moved
    assert store.conversations.find("workbench", "nobody") is None


def test_of_many_threads_one_wins_each_version(store: Store):
    conversation = _new(store)
    outcomes: list[str] = []
    ready = threading.Barrier(6)

    def write(number: int) -> None:
        turn = finished_turn(conversation.state, tracking_id=f"t{number}")
        ready.wait()
        try:
            store.conversations.append_turn(conversation.conversation_id, [], turn, expected_version=0)
            outcomes.append("written")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 5 + ["written"]
    assert [turn.position for turn in store.conversations.turns(conversation.conversation_id)] == [1]
