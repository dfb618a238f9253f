"""Conversations of every channel: find one, open it, take it along, erase its customer."""

from __future__ import annotations

from workbench.texts.texts import text
from workbench.views.conversations import filters, place
from workbench.views.conversations.listing import show_list
from workbench.views.conversations.opened import show_opened
from workbench.views.pieces.heading import heading


def show() -> None:
    place.keep()
    heading(text("conversations.heading"), text("conversations.intro"), help=text("conversations.heading_help"))
    if conversation_id := place.opened():
        show_opened(conversation_id)
    else:
        show_list(filters.ask())
