"""Take a conversation along, review it, or erase its customer."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.roles import Role
from workbench.runner.conversations import WHATSAPP, ErasureProblem, OpenConversation
from workbench.texts.texts import section, text
from workbench.views.conversations import place
from workbench.views.figures import plain
from workbench.views.pieces.links import go_to
from workbench.views.pieces.permission import refusal


def show_actions(opened: OpenConversation) -> None:
    conversation = opened.conversation
    reveal = place.reveals()  # Here: the file is made in a thread of its own, which has no session to ask.
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            text("conversations.export"),
            data=lambda: session.workbench().conversations.export(
                conversation.channel, conversation.customer_key, reveal=reveal
            ),
            file_name=f"kavak-{conversation.conversation_id[:12]}.json",
            mime="application/json",
            icon=":material/download:",
            help=text("conversations.export_help"),
            on_click="ignore",
        )
        if opened.turns and st.button(
            text("conversations.review"), icon=":material/star:", help=text("conversations.review_help")
        ):
            go_to("review", charla=conversation.conversation_id, turno=place.turn() or opened.turns[-1].tracking_id)
        _erasure(conversation.channel, conversation.customer_key)


def _erasure(channel: str, customer_key: str) -> None:
    """A popover: a dialog would close whenever this part of the page refreshes."""
    refused = refusal(Role.PUBLISHER)
    with st.popover(
        text("conversations.erase"),
        icon=":material/delete:",
        disabled=refused is not None,
        help=refused or text("conversations.erase_help"),
    ):
        where = text("conversations.erase_whatsapp") if channel == WHATSAPP else text("conversations.erase_simulated")
        st.warning(where, icon="⚠️")
        st.caption(plain(text("conversations.erase_customer", customer=customer_key)))
        sure = st.checkbox(text("conversations.erase_sure"), key=f"erase-sure-{customer_key}")
        if st.button(text("conversations.erase_now"), type="primary", disabled=not sure):
            _erase(channel, customer_key)


def _erase(channel: str, customer_key: str) -> None:
    if not session.may(Role.PUBLISHER):
        st.error(section("role_needed")["publisher"])
        return
    with st.spinner(text("conversations.erasing")):
        problem = session.workbench().conversations.erase(channel, customer_key)
    if problem and problem is not ErasureProblem.STILL_IN_FILES:
        st.error(section("erase_problems")[problem.value], icon="⚠️")
        return
    session.notify(section("erase_problems")[problem.value] if problem else text("conversations.erased"))
    place.open_conversation(None)
    st.rerun()
