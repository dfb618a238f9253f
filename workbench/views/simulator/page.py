"""The simulator: a phone to write as a customer, and beside it how the selected reply was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import streamlit as st

from bot_core.messages import InboundMessage
from bot_core.store.records import ConversationLog, FeedbackValue
from workbench import session
from workbench.components.phone.phone import Bubble, PhoneEvents, Rating, phone
from workbench.runner.replies import Waiting
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.simulator.sidebar import show_sidebar
from workbench.views.simulator.trace import show_trace

POLL_SECONDS = 0.4
"""How often the page looks for a reply, only while one is under way."""


def show() -> None:
    session.keep_chat_places()
    conversation = session.conversation_id()
    show_sidebar(conversation)
    busy = session.workbench().replies.waiting(conversation).busy
    st.fragment(_conversation, run_every=POLL_SECONDS if busy else None)(conversation, polling=busy)


def _conversation(conversation: str, *, polling: bool) -> None:
    desk = session.workbench().replies
    waiting = desk.waiting(conversation)  # before the turns: a reply that arrives in between is shown, not missed
    turns = desk.turns(conversation)
    left, right = st.columns([5, 6], gap="large")
    with left, st.container(key="phone-pane"):
        phone(
            conversation,
            tuple(_bubbles(turns, waiting)),
            key="phone",
            typing=bool(waiting.reading),
            events=PhoneEvents(sent=_send, rated=_rate, selected=session.select_turn),
        )
        if waiting.problem:
            _problem(conversation, waiting.problem)
    with right:
        _how(turns, waiting)
    if waiting.busy != polling:
        st.rerun()


def _bubbles(turns: Sequence[ConversationLog], waiting: Waiting) -> Iterator[Bubble]:
    selected = session.selected_turn() or (turns[-1].tracking_id if turns else None)
    ratings = session.workbench().opinions.of([turn.tracking_id for turn in turns])
    for turn in turns:
        opinion = ratings.get(turn.tracking_id)
        yield from _written(turn.messages)
        yield Bubble(
            id=turn.tracking_id,
            side="in",
            text=turn.reply.text,
            at=turn.created_at,
            turn=turn.tracking_id,
            buttons=turn.reply.quick_replies,
            rating=opinion.value if opinion else None,
            selected=turn.tracking_id == selected,
        )
    answered = {message.message_id for turn in turns for message in turn.messages}
    yield from _written((m for m in waiting.reading if m.message_id not in answered), stored=False)
    yield from _written((m for m in waiting.queued if m.message_id not in answered), stored=False, read=False)


def _written(messages: Iterable[InboundMessage], *, stored: bool = True, read: bool = True) -> Iterator[Bubble]:
    for message in messages:
        yield Bubble(
            id=message.message_id,
            side="out",
            text=message.text,
            at=message.sent_at,
            ticks="read" if read else "delivered",
            stored=stored,
        )


def _send(conversation: str, messages: tuple[InboundMessage, ...]) -> None:
    session.workbench().replies.send(conversation, messages, session.choice())
    session.select_turn(None)


def _rate(tracking_id: str, rating: Rating) -> None:
    session.workbench().opinions.give(tracking_id, FeedbackValue(rating))


def _problem(conversation: str, problem: BaseException) -> None:
    st.error(text("chat.failed", problem=say(problem)), icon="⚠️")
    retry = session.workbench().replies.retry
    st.button(text("chat.retry"), on_click=lambda: retry(conversation, session.choice()))


def _how(turns: Sequence[ConversationLog], waiting: Waiting) -> None:
    st.subheader(text("trace.heading"), anchor=False)
    if not turns:
        st.info(text("trace.waiting") if waiting.busy else text("trace.empty"))
        return
    selected = session.selected_turn()
    turn = next((turn for turn in turns if turn.tracking_id == selected), turns[-1])
    st.caption(text("trace.turn", number=turn.position, total=len(turns)))
    show_trace(turn.trace)
