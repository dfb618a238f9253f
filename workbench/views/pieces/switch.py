"""One of several parts of a page: in the address, so that F5 and a link show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from workbench.texts.texts import section


def switch(
    name: str, options: Sequence[str], current: str, *, label: str, names: str, go: Callable[[str], None]
) -> str:
    """Draws the switch and returns what it says. `names` is the section of texts with the options' names; `go` keeps a
    choice in the address."""
    titles, key = section(names), f"{name}-{current}"
    chosen = st.segmented_control(
        label,
        list(options),
        default=current,
        format_func=titles.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: go(st.session_state[key] or current),
    )
    settle(chosen, current, go)
    return current


def settle(chosen: str | None, current: str, go: Callable[[str], None]) -> None:
    """A run that another one overtakes ends before its callbacks: what a field says counts, whether they ran or not."""
    if chosen and chosen != current:
        go(chosen)
        st.rerun()
