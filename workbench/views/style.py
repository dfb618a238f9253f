"""The little that the theme cannot say."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import streamlit as st

from workbench.texts.texts import text

_SHEET = Path(__file__).with_name("page.css")


def apply_style() -> None:
    st.html(_style())


def _style() -> str:
    """The sheet, and the one text that Streamlit's own markup has in English only."""
    return f"<style>:root {{ --choose-file: {json.dumps(text('chat.choose_file'))}; }}\n{_sheet()}</style>"


@lru_cache(maxsize=1)
def _sheet() -> str:
    return _SHEET.read_text(encoding="utf-8")
