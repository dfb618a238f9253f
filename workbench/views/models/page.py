"""Models and agents: what this computer can reach, models and agents under a name, and whole candidates."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.texts.texts import text
from workbench.views.models import agents, machine, named, place
from workbench.views.pieces.heading import heading
from workbench.views.pieces.switch import switch


def show() -> None:
    session.keep_places(place.PART)
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
    return switch(
        "models-part",
        place.PARTS,
        place.part(),
        label=text("model_page.title"),
        names="model_parts",
        go=lambda part: session.go(place.PART, part),
    )
