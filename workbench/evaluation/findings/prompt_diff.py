"""What one prompt version changes of another, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from bot_core.prompts.template import SECTIONS, PromptTemplate
from workbench.evaluation.findings.records import Piece, PromptDiff

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def prompt_diff(a: PromptTemplate, b: PromptTemplate) -> PromptDiff:
    """Section by section; a section that is the same in both is one piece."""
    sections = {name: word_diff(getattr(a.sections, name), getattr(b.sections, name)) for name in SECTIONS}
    pieces = [piece for section in sections.values() for piece in section]
    return PromptDiff(
        agent=b.agent,
        a=a.prompt_id,
        b=b.prompt_id,
        a_hash=a.content_hash,
        b_hash=b.content_hash,
        sections=sections,
        words_removed=_words(pieces, "removed"),
        words_added=_words(pieces, "added"),
    )


def word_diff(a: str, b: str) -> tuple[Piece, ...]:
    """Pieces whose "same" and "removed" texts give `a` again, and whose "same" and "added" texts give `b`."""
    return tuple(_merged(_pieces(_WORD.findall(a), _WORD.findall(b))))


def _pieces(a: list[str], b: list[str]) -> Iterator[Piece]:
    for tag, a_from, a_to, b_from, b_to in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(a[a_from:a_to]))
            continue
        if a_to > a_from:
            yield Piece("removed", "".join(a[a_from:a_to]))
        if b_to > b_from:
            yield Piece("added", "".join(b[b_from:b_to]))


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A lone space between two changes belongs to the change: single words in a row read badly."""
    removed = added = ""
    for piece in pieces:
        if piece.kind == "removed":
            removed += piece.text
        elif piece.kind == "added":
            added += piece.text
        elif piece.text.isspace() and "\n" not in piece.text and (removed or added):
            removed, added = removed + piece.text, added + piece.text
        else:
            yield from _change(removed, added)
            removed = added = ""
            yield piece
    yield from _change(removed, added)


def _change(removed: str, added: str) -> Iterator[Piece]:
    if removed == added:
        if removed:
            yield Piece("same", removed)
        return
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def _words(pieces: list[Piece], kind: str) -> int:
    return sum(len(piece.text.split()) for piece in pieces if piece.kind == kind)
