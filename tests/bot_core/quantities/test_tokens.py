from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.quantities.tokens import Sort, tokenise


def sorts(text: str) -> list[tuple[Sort, str]]:
    return [(token.sort, text[token.start : token.end]) for token in tokenise(text)]


@pytest.mark.parametrize(
    "text",
    ["CX-5", "KV-7F3A9C", "500X", "4x4", "3er", "i10", "24/11/2026", "2026-11-24", "15 de marzo de 2027",
     "+52 55 1234 5678", "ana@kavak.mx", "https://kavak.com/mx/250000", "MARCH 15"],
)  # fmt: skip
def test_what_is_no_number_is_cut_out_whole(text: str) -> None:
    assert sorts(text) == [(Sort.CUT, text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("80mil km", ["80", "mil", "km"]),
        ("$1,250.50", ["$", "1,250.50"]),
        ("6pm", ["6", "pm"]),
        ("MXN250,000", ["MXN", "250,000"]),
        ("250k-300k", ["250", "k", "-", "300", "k"]),
        ("36,48,60", ["36", ",", "48", ",", "60"]),
        ("2015-2018", ["2015", "-", "2018"]),
        ("hasta250mil", ["hasta", "250", "mil"]),
        ("9:00–18:00", ["9:00", "–", "18:00"]),
    ],
)
def test_numbers_and_their_units_come_apart(text: str, pieces: list[str]) -> None:
    assert [text[token.start : token.end] for token in tokenise(text)] == pieces


def test_words_are_folded_and_offsets_are_of_the_text() -> None:
    text = "MILLÓN milló\u0301n A. M."
    assert [token.text for token in tokenise(text)] == ["millon", "millon", "am"]
    assert text[tokenise(text)[1].start :].startswith("milló")


def test_the_marks_of_whatsapp_are_no_tokens() -> None:
    assert [token.text for token in tokenise("*48* _meses_ ~9~")] == ["48", "meses", "9"]


@given(st.text())
def test_tokens_are_in_order_and_never_empty(text: str) -> None:
    tokens = tokenise(text)
    assert all(token.start < token.end for token in tokens)
    assert all(before.end <= after.start for before, after in pairwise(tokens))
