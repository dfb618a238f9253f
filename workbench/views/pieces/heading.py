"""How every page begins, and what it shows while there is nothing to show."""

from __future__ import annotations

import streamlit as st


def heading(title: str, intro: str, *, help: str | None = None) -> None:  # noqa: A002 - the name that Streamlit uses
    """The page's name, one line that says what it is for, and more on hover."""
    st.title(title, anchor=False, help=help)
    st.caption(intro)


def empty_state(icon: str, title: str, what_to_do: str) -> None:
    """For a list without entries: says what will be here and what to do for it. `icon` is an emoji."""
    with st.container(border=True, key=f"empty-{abs(hash((icon, title)))}", horizontal_alignment="center"):
        st.markdown(f"<div class='empty-icon' aria-hidden='true'>{icon}</div>", unsafe_allow_html=True)
        st.markdown(f"**{title}**", text_alignment="center")
        st.caption(what_to_do, text_alignment="center")
