"""One of several parts of a page: in the address, so that F5 and a link show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from workbench.texts.texts import section


def switch(
    name: str, options: Sequence[str], current: str, *, label: str, names: str, go: Callable[[str], None]
) -> str:
    """Draws the switch and returns what it says. `current` is what the address says; `names` is the section of texts
    with the options' names; `go` keeps a choice in the address.

    No callback: a run that another one overtakes ends before its callbacks, and what somebody chose would be lost.
    """
    titles, known = section(names), f"{name}-known"
    if name not in st.session_state or st.session_state.get(known) != current:
        st.session_state[name] = current  # a link or a button has changed the address
    chosen = st.segmented_control(
        label, list(options), format_func=titles.__getitem__, key=name, required=True, label_visibility="collapsed"
    )
    shown = chosen if chosen is not None and chosen in options else current
    st.session_state[known] = shown
    if shown != current:
        go(shown)
    return shown
