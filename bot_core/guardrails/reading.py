"""A reply as the rules read it: folded without moving a character, cut into sentences, numbers and cars found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot_core.catalog.car import CarMention
from bot_core.catalog.service import CarDataService
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import Quantity, QuantityKind

_EXACT_NAMES = 100.0
"""A reply spells its cars right; fuzzy reading would turn ordinary words into cars."""

_WORD = re.compile(r"\w+")
_GAP = r"[^\w\n]{1,4}"
_SENTENCE_END = re.compile(r"(?<=[.!?…])[ \t]+")
_CLAUSE_END = re.compile(r"[.!?;,\n…]|\b(?:pero|aunque|but|although|however)\b")


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int

    def holds(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


class Reply:
    """Offsets into `folded` are offsets into `text`."""

    def __init__(self, text: str, catalog: CarDataService) -> None:
        self.text = text
        self._catalog = catalog

    @cached_property
    def folded(self) -> str:
        return same_length_fold(self.text)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return find_quantities(self.text)

    @cached_property
    def mentions(self) -> tuple[CarMention, ...]:
        return self._catalog.mentions(self.text, min_score=_EXACT_NAMES)

    @cached_property
    def lines(self) -> tuple[Span, ...]:
        return _pieces(self.text, re.compile("\n"), Span(0, len(self.text)))

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        return tuple(span for line in self.lines for span in _pieces(self.text, _SENTENCE_END, line))

    def of_kind(self, kind: QuantityKind) -> tuple[Quantity, ...]:
        return tuple(quantity for quantity in self.quantities if quantity.kind is kind)

    def line_number(self, position: int) -> int:
        return next(index for index, line in enumerate(self.lines) if position <= line.end)

    def sentence_at(self, position: int) -> Span:
        return next(span for span in self.sentences if position <= span.end)

    def clause_before(self, position: int) -> Span:
        """From the start of the clause that holds `position` to `position` itself."""
        start = 0
        for match in _CLAUSE_END.finditer(self.folded, 0, position):
            if not _inside_a_number(self.folded, match.start()):
                start = match.end()
        return Span(start, position)

    def clause_after(self, position: int) -> str:
        """Folded text from `position` to the end of its clause."""
        for match in _CLAUSE_END.finditer(self.folded, position):
            if not _inside_a_number(self.folded, match.start()):
                return self.folded[position : match.start()]
        return self.folded[position:]


@lru_cache(maxsize=128)
def read_reply(text: str, catalog: CarDataService) -> Reply:
    """The reply, read once: it is checked before it is sent, and by several scorers afterwards."""
    return Reply(text, catalog)


def same_length_fold(text: str) -> str:
    """Lower case without accents, one character for each: offsets stay. Expects composed text (see to_whatsapp)."""
    return "".join(map(_folded_char, text))


def occurrences(needle: str, folded: str) -> list[Span]:
    """Every place in `folded` where the words of `needle` follow each other, whatever signs stand between them."""
    pattern = _words_pattern(needle)
    return [Span(*match.span()) for match in pattern.finditer(folded)] if pattern else []


@lru_cache(maxsize=4096)
def _words_pattern(needle: str) -> re.Pattern[str] | None:
    words = [re.escape(word) for word in _WORD.findall(same_length_fold(needle))]
    return re.compile(rf"(?<!\w){_GAP.join(words)}(?!\w)") if words else None


def is_inside(spans: Sequence[Span], start: int, end: int) -> bool:
    return any(span.holds(start, end) for span in spans)


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    base = unicodedata.normalize("NFKD", char.lower())[0]
    return base if base.isprintable() or base in "\n\t" else " "


def _pieces(text: str, border: re.Pattern[str], within: Span) -> tuple[Span, ...]:
    spans, start = [], within.start
    for match in border.finditer(text, within.start, within.end):
        spans.append(Span(start, match.start()))
        start = match.end()
    return (*spans, Span(start, within.end))


def _inside_a_number(text: str, at: int) -> bool:
    return text[at] in ".," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
