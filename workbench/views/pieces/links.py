"""From one page to another, with what is to be open there."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

_PATHS = {
    "conversations": "conversaciones",
    "review": "revision",
    "experiments": "experimentos",
    "monitoring": "monitoreo",
}
"""Name of a page → last part of its address, as the shell has it."""


def go_to(page: str, **place: str) -> NoReturn:
    """Leave this run for another page; `place` are parameters of its address."""
    st.switch_page(st.Page(_elsewhere, title=page, url_path=_PATHS[page]), query_params=place)


def _elsewhere() -> None:
    """Never drawn: the shell knows what is shown at that address."""
