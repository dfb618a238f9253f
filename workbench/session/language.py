"""The language of a tab: in its address, and asked at every text."""

from __future__ import annotations

import threading

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from workbench.session.address import go, keep_places, place
from workbench.texts.texts import LANGUAGES, SPANISH, speak

LANGUAGE_SWITCH = "language_switch"
_LANGUAGE = "idioma"
_known = threading.local()
"""`value`, once it was asked: a script's thread serves one tab only, and a page has more than a hundred texts."""


def language() -> str:
    """A key of `LANGUAGES`."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return SPANISH
    known: str | None = getattr(_known, "value", None)
    if known is None:
        chosen = st.session_state.get(_LANGUAGE)
        known = _known.value = chosen if chosen in LANGUAGES else SPANISH
    return known


def keep_language() -> None:
    """Before anything is drawn: take the language from the address, or write it there."""
    if place(_LANGUAGE) == SPANISH:
        go(_LANGUAGE, None)
    keep_places(_LANGUAGE)
    _known.value = None


def take_language() -> None:
    """What the language switch says now."""
    chosen = st.session_state.get(LANGUAGE_SWITCH)
    go(_LANGUAGE, chosen if chosen in LANGUAGES and chosen != SPANISH else None)
    _known.value = None


speak(language)
