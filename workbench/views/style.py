"""The little that the theme cannot say."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import streamlit as st

from workbench.texts.texts import text

_FOLDER = Path(__file__).parent


def apply_style() -> None:
    st.html(_style())


def _style() -> str:
    """The sheet, and the one text that Streamlit's own markup has in English only."""
    return f"<style>:root {{ --choose-file: {json.dumps(text('chat.choose_file'))}; }}\n{_sheet()}</style>"


@lru_cache(maxsize=1)
def _sheet() -> str:
    """page.css, then what single pages add in files of their own."""
    sheets = [_FOLDER / "page.css", *sorted(_FOLDER.glob("*/*.css"))]
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
