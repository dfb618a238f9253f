"""What one text changes of another, word by word: told by colour and by line, never by colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from workbench.evaluation.findings.records import Piece

_SHEET = """<style>
.word-diff { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; font-size: .92rem; }
.word-diff del { background: #ffd7d5; color: #7a1420; text-decoration: line-through; border-radius: 3px; }
.word-diff ins { background: #c9f2d0; color: #0b4a1d; text-decoration: underline; border-radius: 3px; }
</style>"""
_TAGS = {"removed": "del", "added": "ins"}


def word_diff(pieces: Iterable[Piece]) -> None:
    """Everything in it is escaped."""
    st.html(f"{_SHEET}<div class='word-diff'>{''.join(map(_piece, pieces))}</div>")


def _piece(piece: Piece) -> str:
    tag = _TAGS.get(piece.kind)
    return f"<{tag}>{escape(piece.text)}</{tag}>" if tag else escape(piece.text)
