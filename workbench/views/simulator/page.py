"""The simulator: one to three phones to write as a customer, and how the selected reply was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from bot_core.store.records import SpokenTurn
from workbench import session
from workbench.components.phone.phone import phone
from workbench.components.pulse.pulse import pulse
from workbench.runner.replies import Waiting
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.figures import plain
from workbench.views.pieces.heading import empty_state
from workbench.views.pieces.links import go_to
from workbench.views.simulator.bubbles import bubbles
from workbench.views.simulator.player_bar import show_player
from workbench.views.simulator.reports import phone_key, take_reports
from workbench.views.simulator.save_case import show_save_case
from workbench.views.simulator.sidebar import is_outdated, show_sidebar
from workbench.views.simulator.trace import show_trace
from workbench.views.simulator.whatsapp import show_whatsapp

POLL_SECONDS = 0.4
"""How often the page looks for a reply, only while one is under way."""
NAMES = "ABC"


@dataclass(frozen=True, slots=True)
class _Held:
    """One phone and its conversation, read once for a run."""

    number: int
    conversation: str
    waiting: Waiting
    turns: Sequence[SpokenTurn]
    foreign: bool
    """Held in another channel: not shown here, where nothing is redacted."""
    busy: bool
    """Something was under way when this was read: what came of it may not be in it yet."""


def show() -> None:
    session.keep_chat_places()
    for number in range(1, session.phones() + 1):
        session.conversation_id(number)
    show_sidebar()
    if session.via_whatsapp():
        show_whatsapp()
    else:
        _stage()


@st.fragment
def _stage() -> None:
    take_reports()
    held = [_held(number) for number in range(1, session.phones() + 1)]
    show_player([one.conversation for one in held])
    if len(held) == 1 and held[0].foreign:
        _elsewhere(held[0])
    elif len(held) == 1:
        left, right = st.columns([5, 6], gap="large")
        with left, st.container(key="phone-pane"):
            _phone(held[0], alone=True)
        with right:
            _beside(held)
    else:
        for one, column in zip(held, st.columns(len(held), gap="medium"), strict=True):
            with column:
                _phone(one, alone=False)
        _beside(held)
    pulse("pulse", every_seconds=POLL_SECONDS if any(one.busy for one in held) else None)
    if is_outdated([one.conversation for one in held]):
        st.rerun()


def _held(number: int) -> _Held:
    desk, conversation = session.workbench().replies, session.conversation_id(number)
    # Before the turns: a reply that arrives in between is shown, not missed.
    playing = session.workbench().players.is_busy(conversation)
    waiting = desk.waiting(conversation)
    turns = desk.spoken(conversation)
    foreign = not turns and desk.is_foreign(conversation)
    return _Held(number, conversation, waiting, turns, foreign=foreign, busy=playing or waiting.busy)


def _phone(held: _Held, *, alone: bool) -> None:
    if held.foreign:
        _elsewhere(held)
        return
    which, selected = session.selected_turn()
    shown = selected if which == held.number else None
    if alone and shown is None and held.turns:
        shown = held.turns[-1].tracking_id
    release = "" if alone else session.workbench().bots.release_name(session.choice(held.number))
    phone(
        held.conversation,
        bubbles(held.turns, held.waiting, selected=shown),
        key=phone_key(held.number),
        writable=True,
        typing=bool(held.waiting.reading),
        name=None if alone else text("chat.phone_name", name=NAMES[held.number - 1], release=release),
    )
    if held.waiting.problem:
        _problem(held, held.waiting.problem)


def _elsewhere(held: _Held) -> None:
    empty_state("🔒", text("chat.foreign"), text("chat.foreign_help"))
    with st.container(horizontal_alignment="center"):
        if st.button(text("chat.foreign_open"), key=f"foreign-{held.number}", icon=":material/forum:"):
            go_to("conversations", charla=held.conversation)


def _problem(held: _Held, problem: BaseException) -> None:
    st.error(text("chat.failed", problem=say(problem)), icon="⚠️")
    st.button(
        text("chat.retry"),
        key=f"retry-{held.number}",
        on_click=session.workbench().replies.retry,
        args=(held.conversation, session.choice(held.number)),
    )


def _beside(held: Sequence[_Held]) -> None:
    """How the selected reply was made; or the form that makes a case of the conversation."""
    which, selected = session.selected_turn()
    one = next((one for one in held if one.number == which), held[0])
    if one.foreign:
        return
    if session.is_saving_case() and one.turns:
        turns = session.workbench().replies.turns(one.conversation)
        show_save_case(one.conversation, turns, session.choice(one.number))
        return
    with st.container(horizontal=True, vertical_alignment="center", key="trace-heading"):
        st.subheader(text("trace.heading"), anchor=False)
        st.button(
            text("case.open"),
            icon="📌",
            help=text("case.open_help"),
            disabled=not one.turns,
            on_click=session.save_case,
            args=(True,),
        )
    if not one.turns:
        st.info(text("trace.waiting") if one.busy else text("trace.empty"), icon="💡")
        return
    turn = next((turn for turn in one.turns if turn.tracking_id == selected), one.turns[-1])
    where = text("trace.turn", number=turn.position, total=len(one.turns))
    phone_name = f"{NAMES[one.number - 1]} · " if len(held) > 1 else ""
    st.caption(plain(phone_name + where))
    trace = session.workbench().replies.turn(turn.tracking_id).trace
    show_trace(trace, session.choice(one.number).catalog_id, key="trace-tab")
