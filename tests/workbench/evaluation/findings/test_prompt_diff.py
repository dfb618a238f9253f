from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot_core.prompts.library import FilePromptLibrary
from workbench.evaluation.findings.prompt_diff import prompt_diff, word_diff
from workbench.evaluation.findings.records import Piece

WORDS = st.lists(st.sampled_from(["auto", "enganche", "plazo", " ", "\n", ",", "mes"]), max_size=20).map(" ".join)


def test_words_not_letters():
    assert word_diff("di el precio exacto", "di el enganche exacto") == (
        Piece("same", "di el "),
        Piece("removed", "precio"),
        Piece("added", "enganche"),
        Piece("same", " exacto"),
    )


def test_words_that_change_in_a_row_are_one_change():
    assert word_diff("uno dos fin", "tres cuatro fin") == (
        Piece("removed", "uno dos"),
        Piece("added", "tres cuatro"),
        Piece("same", " fin"),
    )


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_the_pieces(a, b):
    pieces = word_diff(a, b)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == a
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == b


def test_two_versions_that_ship():
    library = FilePromptLibrary()
    diff = prompt_diff(library.get("financing/v001"), library.get("financing/v002"))
    assert (diff.agent, diff.a, diff.b) == ("financing", "financing/v001", "financing/v002")
    assert diff.words_added and diff.words_removed
    assert list(diff.sections) == ["objective", "context", "format", "warnings"]


def test_a_version_against_itself():
    version = FilePromptLibrary().get("financing/v001")
    diff = prompt_diff(version, version)
    assert diff.words_added == diff.words_removed == 0
    assert all(len(pieces) == 1 for pieces in diff.sections.values())
