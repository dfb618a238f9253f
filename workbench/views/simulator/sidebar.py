"""Which bots answer, who writes, what is wrong with the network; and the earlier conversations."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.messages import Role
from bot_core.store.records import Conversation
from workbench import session
from workbench.runner.replies import CHANNEL
from workbench.texts.media import media_named
from workbench.texts.texts import text
from workbench.views.figures import day_and_time, plain, shortened
from workbench.views.simulator.bots import show_bots
from workbench.views.simulator.catalog import show_catalog
from workbench.views.simulator.customers import show_customers
from workbench.views.simulator.network import show_network

_CONVERSATIONS_SHOWN = 8
"""Newest first; the page of all conversations finds the others."""
_TITLE_LENGTH = 34


def show_sidebar() -> None:
    with st.sidebar:
        st.button(
            text("chat.new"),
            icon="➕",
            key="opens-new",
            type="primary",
            width="stretch",
            help=text("chat.new_help"),
            on_click=session.open_new_conversations,
        )
        st.subheader(text("chat.setup"), anchor=False)
        show_bots()
        show_catalog()
        with st.expander(text("chat.who_writes"), icon="🎭"):
            show_customers()
        with st.expander(text("chat.network"), icon="📶"):
            show_network()
        st.subheader(text("chat.earlier"), anchor=False)
        _earlier()


def is_outdated(shown: Sequence[str]) -> bool:
    """Whether one of the conversations on the phones has become the newest, and does not stand at the list's top. What
    others write alone brings no run of the whole page."""
    newest = session.workbench().store.conversations.list(limit=1, channel=CHANNEL).items
    top = session.listed_conversations()[: len(shown)]
    return any(one.conversation_id in shown and one.conversation_id not in top for one in newest)


def _earlier() -> None:
    page = session.workbench().store.conversations.list(limit=_CONVERSATIONS_SHOWN, channel=CHANNEL)
    if not page.items:
        st.caption(text("chat.earlier_none"))
    session.list_conversations([item.conversation_id for item in page.items])
    current = session.conversation_id()
    for item in page.items:
        st.button(
            plain(_title(item)),
            key=f"opens-{item.conversation_id}",
            help=text("chat.earlier_help"),
            type="secondary" if item.conversation_id == current else "tertiary",
            width="stretch",
            on_click=session.open_conversation,
            args=(item.conversation_id,),
        )


def _title(conversation: Conversation) -> str:
    """When the conversation was last active, and the customer's first words that the history still holds; of one whose
    first reply is under way, those that wait for it."""
    said = next((entry.text for entry in conversation.state.history if entry.role is Role.CUSTOMER), "")
    words = shortened(media_named(said or _waiting_words(conversation.conversation_id)), _TITLE_LENGTH)
    at = day_and_time(conversation.updated_at)
    return f"{at} · {words}" if words else at


def _waiting_words(conversation_id: str) -> str:
    waiting = session.workbench().replies.waiting(conversation_id)
    messages = (*waiting.reading, *waiting.queued, *waiting.travelling)
    return next((message.text or f"[{message.kind.value}]" for message in messages), "")
