"""Where a tab is on this page: in the address, so that F5, a link and a second tab show the same."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from workbench import session
from workbench.roles import Role
from workbench.storage.activity.search import Search

OPEN = "charla"
"""The address's name of the open conversation."""
FILTERS = "filtro"
_PAGE = "hoja"
_TURN = "turno"
_REVEAL = "conversations-reveal"
_WIDGETS = "conversations-filter-"
_DATES = ("first", "last")
_CHOICES = {"opinion": ("up", "down", "any", "none")}


def keep() -> None:
    session.keep_places(OPEN, FILTERS, _PAGE, _TURN)


def opened() -> str | None:
    return session.place(OPEN)


def open_conversation(conversation_id: str | None, turn: str | None = None) -> None:
    session.go(OPEN, conversation_id)
    session.go(_TURN, turn)


def turn() -> str | None:
    """tracking_id of the turn that is explained."""
    return session.place(_TURN)


def choose_turn(tracking_id: str) -> None:
    session.go(_TURN, tracking_id)


def page() -> int:
    """From 0."""
    found = session.place(_PAGE) or ""
    return max(int(found) - 1, 0) if found.isascii() and found.isdigit() and len(found) < 7 else 0


def turn_page(number: int) -> None:
    session.go(_PAGE, str(number + 1) if number > 0 else None)


def asked() -> Search:
    """What the address asks for; what it says wrongly is not asked."""
    return read_search(session.place(FILTERS) or "")


def ask(search: Search) -> None:
    """Another question starts on its first page."""
    if search != asked():
        session.go(FILTERS, write_search(search) or None)
        turn_page(0)


def clear() -> None:
    for key in [key for key in st.session_state if str(key).startswith(_WIDGETS)]:
        del st.session_state[key]
    ask(Search())


def widget(name: str) -> str:
    return f"{_WIDGETS}{name}"


def write_search(search: Search) -> str:
    """`Search(channel="whatsapp")` → `"channel=whatsapp"`."""
    return urlencode({name: str(value) for name, value in asdict(search).items() if value})


def read_search(written: str) -> Search:
    known = {field.name for field in fields(Search)}
    values: dict[str, object] = {}
    for name, value in parse_qsl(written):
        if name in _DATES:
            values[name] = _day(value)
        elif name == "finding":
            values[name] = True
        elif name in known and value in _CHOICES.get(name, (value,)):
            values[name] = value
    return Search(**values)  # type: ignore[arg-type]


def reveals() -> bool:
    """Whether personal data is shown: somebody who may see it has asked for it in this tab."""
    return bool(st.session_state.get(_REVEAL)) and session.may(Role.EDITOR)


def reveal(shown: bool) -> None:
    st.session_state[_REVEAL] = shown


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
