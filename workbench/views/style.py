"""The little that the theme cannot say."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

_SHEET = Path(__file__).with_name("page.css")


def apply_style() -> None:
    st.html(_style())


@lru_cache(maxsize=1)
def _style() -> str:
    return f"<style>{_SHEET.read_text(encoding='utf-8')}</style>"
