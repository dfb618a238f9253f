"""One conversation: the phone, how the chosen reply was made, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from bot_core.errors import NotFound
from bot_core.messages import InboundMessage
from workbench import session
from workbench.components.phone.phone import Bubble, phone, written_out
from workbench.runner.conversations import OpenConversation
from workbench.runner.turn_rows import said_by_customer
from workbench.texts.media import media_named
from workbench.texts.texts import section, text
from workbench.views.conversations import place
from workbench.views.conversations.actions import show_actions
from workbench.views.figures import day_and_time, plain, shortened
from workbench.views.pieces.heading import empty_state
from workbench.views.simulator.trace import show_trace

POLL_SECONDS = 2.0
"""How often an open conversation is looked at again: one short question to the store."""
_WORDS = 50


def show_opened(conversation_id: str) -> None:
    st.button(
        text("conversations.back"),
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=place.open_conversation,
        args=(None,),
    )
    st.fragment(_live, run_every=POLL_SECONDS)(conversation_id)


def _live(conversation_id: str) -> None:
    try:
        opened = session.workbench().conversations.open(conversation_id, reveal=place.reveals())
    except NotFound:
        empty_state("🗂️", text("conversations.gone"), text("conversations.gone_help"))
        return
    st.caption(plain(_about(opened)))
    show_actions(opened)
    left, right = st.columns([5, 6], gap="large")
    with right:
        explained = _explained(opened)
    with left, st.container(key="phone-pane"):
        phone(
            conversation_id,
            written_out(_bubbles(opened, explained)),
            key="conversation-phone",
            name=opened.name or None,
            focus=_bubble_id(explained) if explained else None,
        )


def _about(opened: OpenConversation) -> str:
    conversation = opened.conversation
    parts = [
        section("channels").get(conversation.channel, conversation.channel),
        opened.name or conversation.customer_key[:16],
        text("conversations.turns", count=len(opened.turns)),
        text("conversations.last_activity", at=day_and_time(conversation.updated_at)),
        text("conversations.handed_off") if conversation.state.handed_off else "",
        text("conversations.opted_out") if conversation.state.opted_out else "",
        *(f"{section('lead_kinds').get(lead.kind, lead.kind)} {lead.reference}" for lead in opened.leads),
    ]
    return " · ".join(part for part in parts if part)


def _bubbles(opened: OpenConversation, explained: str | None) -> Iterator[Bubble]:
    ratings = {one.tracking_id: one.up for one in opened.opinions}
    for turn in opened.turns:
        for message in turn.messages:
            yield Bubble(id=message.message_id, side="out", text=message.text, at=message.sent_at, kind=message.kind)
        up = ratings.get(turn.tracking_id)
        yield Bubble(
            id=_bubble_id(turn.tracking_id),
            side="in",
            text=turn.reply.text,
            at=turn.created_at,
            buttons=turn.reply.quick_replies,
            rating=None if up is None else "up" if up else "down",
            selected=turn.tracking_id == explained,
        )


def _bubble_id(tracking_id: str) -> str:
    return f"{tracking_id}-reply"


def _explained(opened: OpenConversation) -> str | None:
    """The turn whose reply is explained, by its tracking_id."""
    st.subheader(text("trace.heading"), anchor=False)
    if not opened.turns:
        st.info(text("conversations.no_turns"))
        return None
    turns = {turn.tracking_id: turn for turn in opened.turns}
    marks = {one.tracking_id: "👍 " if one.up else "👎 " for one in opened.opinions}
    wanted = place.turn()
    chosen = st.selectbox(
        text("conversations.turn"),
        list(turns),
        index=list(turns).index(wanted) if wanted in turns else len(turns) - 1,
        format_func=lambda name: _label(turns[name].position, marks.get(name, ""), turns[name].messages),
        key=f"turn-{opened.conversation.conversation_id}-{len(turns)}",
        help=text("conversations.turn_help"),
    )
    place.choose_turn(chosen)
    show_trace(turns[chosen].trace)
    return chosen


def _label(position: int, mark: str, messages: tuple[InboundMessage, ...]) -> str:
    said = media_named(said_by_customer(messages)).replace("\n", " / ")
    return f"{mark}{position} · {shortened(said, _WORDS)}"
