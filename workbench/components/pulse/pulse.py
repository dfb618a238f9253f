"""A heartbeat for pages that wait for something: the browser asks again, and only the fragment around it runs.

Better than `st.fragment(run_every=…)`, which can be started and stopped only by a run of the whole page.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_SCRIPT = Path(__file__).with_name("pulse.js")


def pulse(key: str, *, every_seconds: float | None) -> None:
    """Run the fragment that calls this again after `every_seconds`; None to wait for nothing."""
    known = st.session_state.get(key) or {}
    data = {"every": round(every_seconds * 1000) if every_seconds else 0, "seen": known.get("beat")}
    _renderer()(key=key, data=data, height=1, on_beat_change=_nothing)


def _nothing() -> None:
    """The run itself is what a beat is for."""


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    return st.components.v2.component("kavak_pulse", html="<span></span>", js=_SCRIPT.read_text(encoding="utf-8"))
