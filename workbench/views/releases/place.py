"""Where somebody is in the page Versiones. It is in the address, so F5 and a link show the same."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import ConfigurationError
from bot_core.releases.release import Release
from workbench import session

RELEASE, PART = "candidata", "apartado"
PARTS = ("decide", "holds", "compare", "history")
PROBLEM = "releases-problem"
"""Key of what went wrong in a callback: one line, shown once."""
_GONE = "releases-gone"


def release() -> Release:
    """What the address names; the newest that is not served when it names nothing, or something that is gone."""
    wanted = session.place(RELEASE)
    if wanted:
        try:
            return session.workbench().releases.get(wanted)
        except ConfigurationError:
            session.go(RELEASE, None)
            st.session_state[_GONE] = True
    rows = session.workbench().release_desk.rows()
    return next((row.release for row in rows if not row.is_served and row.author), rows[0].release)


def part() -> str:
    found = session.place(PART)
    return found if found in PARTS else PARTS[0]


def was_gone() -> bool:
    """Once: what the address named does not exist."""
    return bool(st.session_state.pop(_GONE, False))


def keep() -> None:
    session.keep_places(RELEASE, PART)
