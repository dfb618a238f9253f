from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot_core.messages import Role
from bot_core.sessions.history import estimated_tokens, with_turn
from bot_core.sessions.state import ConversationState, HistoryEntry

NEW = ConversationState(conversation_id="c1", chosen="1001")


def test_a_turn_appends_both_texts_and_counts():
    state = with_turn(NEW, customer_text="hola", bot_text="¡Hola!", max_tokens=100)
    assert [(entry.role, entry.text) for entry in state.history] == [(Role.CUSTOMER, "hola"), (Role.BOT, "¡Hola!")]
    assert (state.turns, state.chosen, NEW.turns, NEW.history) == (1, "1001", 0, ())


def test_the_oldest_whole_turn_goes_first():
    state = NEW
    for number in range(4):
        state = with_turn(state, customer_text=f"pregunta {number}!!", bot_text="r" * 12, max_tokens=12)
    assert [entry.text for entry in state.history] == ["pregunta 2!!", "r" * 12, "pregunta 3!!", "r" * 12]
    assert state.turns == 4


def test_a_turn_that_does_not_fit_leaves_nothing():
    state = with_turn(NEW, customer_text="hola", bot_text="x", max_tokens=100)
    assert with_turn(state, customer_text="a" * 400, bot_text="b" * 4, max_tokens=100).history == ()
    assert with_turn(state, customer_text="a", bot_text="b", max_tokens=0).history == ()


def test_a_history_that_starts_with_the_bot_is_dropped_as_one_piece():
    old = NEW.model_copy(update={"history": (HistoryEntry(role=Role.BOT, text="b" * 40),)})
    assert len(with_turn(old, customer_text="c", bot_text="d", max_tokens=100).history) == 3
    assert len(with_turn(old, customer_text="c", bot_text="d", max_tokens=10).history) == 2


def test_the_estimate_rounds_up():
    assert [estimated_tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


@given(turns=st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=8), limit=st.integers(0, 60))
def test_history_is_a_bounded_run_of_the_latest_whole_turns(turns: list[tuple[str, str]], limit: int):
    state = NEW
    for customer, bot in turns:
        state = with_turn(state, customer_text=customer, bot_text=bot, max_tokens=limit)
    texts = [entry.text for entry in state.history]
    assert sum(map(estimated_tokens, texts)) <= limit
    assert len(texts) % 2 == 0
    everything = [text for turn in turns for text in turn]
    assert texts == everything[len(everything) - len(texts) :]
    assert state.turns == len(turns)
    longer = everything[len(everything) - len(texts) - 2 : len(everything)]
    if len(texts) < len(everything):
        assert sum(map(estimated_tokens, longer)) > limit
