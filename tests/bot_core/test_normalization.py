"""Folding for matching: case, accents and blanks off, nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.normalization import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Él  Añejo ", "el anejo"), ("  ¿QUÉ\tonda?\n", "¿que onda?"), ("Pingüino", "pinguino"),
        ("CX-5", "cx-5"), ("", ""),
        ("e\u0301", "e"), ("ﬁat", "fiat"), ("STRASSE ß", "strasse ss"), ("２０８", "208"), ("Ｎｉｓｓａｎ", "nissan"),
        ("𝐕𝐞𝐫𝐬𝐚", "versa"), ("\u00a0a\u00a0", "a"),
    ],
)  # fmt: skip
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(text=st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()
    assert "  " not in once


@given(text=st.text(alphabet="abcdefghijklmnñopqrstuvwxyzáéíóúü 0123456789"))
def test_case_and_accents_do_not_matter(text: str) -> None:
    assert fold(text) == fold(text.upper()) == fold(text.title())
