"""Models and agents: what this computer can reach, models and agents under a name, and whole candidates."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.texts.texts import section, text
from workbench.views.models import agents, machine, named, place
from workbench.views.pieces.heading import heading


def show() -> None:
    session.keep_places(place.PART)
    if notice := session.take_notice():
        st.toast(notice)
    heading(text("model_page.title"), text("model_page.intro"), help=text("model_page.help"))
    if problem := st.session_state.pop(place.PROBLEM, None):
        st.error(problem, icon="⚠️")
    part = _parts()
    if part == "models":
        named.show()
    elif part == "agents":
        agents.show()
    else:
        machine.show()


def _parts() -> str:
    current = place.part()
    key = f"models-part-{current}"
    names = section("model_parts")
    st.segmented_control(
        text("model_page.title"),
        list(place.PARTS),
        default=current,
        format_func=names.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: session.go(place.PART, st.session_state[key] or current),
    )
    return current
