"""A page of conversations, newest activity first; a new one appears by itself."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.storage.activity.search import FoundConversation, Search
from workbench.texts.media import media_named
from workbench.texts.texts import section, text
from workbench.views.conversations import place
from workbench.views.figures import day_and_time, plain, shortened
from workbench.views.pieces.heading import empty_state

PAGE_SIZE = 20
REFRESH_SECONDS = 3.0
_WORDS = 90
_KEY = 10
"""Characters of a customer's key that are shown: enough to tell two apart."""


def show_list(asked: Search) -> None:
    st.fragment(_list, run_every=REFRESH_SECONDS)(asked, place.page())


def _list(asked: Search, page: int) -> None:
    desk = session.workbench().conversations
    found = desk.search(asked, offset=page * PAGE_SIZE, limit=PAGE_SIZE, reveal=place.reveals())
    filling = desk.filling()
    if not found.total:
        _nothing(asked)
    else:
        _count(found.total, page)
        for one in found.items:
            _row(one)
        _turn_pages(found.total, page)
    if not filling.complete:
        st.caption(text("conversations.filling", done=f"{filling.done:,}", total=f"{filling.total:,}"))


def _nothing(asked: Search) -> None:
    if asked == Search():
        empty_state("🗂️", text("conversations.empty"), text("conversations.empty_help"))
    else:
        empty_state("🔎", text("conversations.none"), text("conversations.none_help"))


def _count(total: int, page: int) -> None:
    first, last = page * PAGE_SIZE + 1, min((page + 1) * PAGE_SIZE, total)
    st.caption(text("conversations.count", first=f"{first:,}", last=f"{last:,}", total=f"{total:,}"))


def _row(found: FoundConversation) -> None:
    with st.container(border=True, gap=None, key=f"conversation-{found.conversation_id}"):
        if st.button(
            plain(shortened(media_named(found.last_words), _WORDS) or text("conversations.no_words")),
            key=f"open-{found.conversation_id}",
            type="tertiary",
            help=text("conversations.open_help"),
        ):
            place.open_conversation(found.conversation_id, found.last_match)
            st.rerun()
        st.caption(plain(_about(found)))


def _about(found: FoundConversation) -> str:
    intents = section("intents")
    parts = [
        day_and_time(found.last_at),
        section("channels").get(found.channel, found.channel),
        shortened(found.name, 40) or found.customer_key[:_KEY],
        text("conversations.turns", count=found.turns),
        found.release_id,
        ", ".join(intents.get(name, name) for name in found.intents),
        "👍" * min(found.ups, 3) + "👎" * min(found.downs, 3),
        text("conversations.leads", count=found.leads) if found.leads else "",
    ]
    return " · ".join(part for part in parts if part)


def _turn_pages(total: int, page: int) -> None:
    last = (total - 1) // PAGE_SIZE
    if not last:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        _turn_to(page - 1, "←", text("conversations.page_before"), disabled=page <= 0)
        st.caption(text("conversations.page", page=f"{page + 1:,}", last=f"{last + 1:,}"))
        _turn_to(page + 1, "→", text("conversations.page_after"), disabled=page >= last)


def _turn_to(page: int, arrow: str, what: str, *, disabled: bool) -> None:
    if st.button(arrow, key=f"page-{arrow}", help=what, disabled=disabled):
        place.turn_page(page)
        st.rerun()
