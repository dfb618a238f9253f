"""A message as the rules read it: folded, slang written out, key words mended, with the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot_core.offline.lexicon import lexicon_file, words_of_lexicon

LONGEST = 4000
"""Characters that are read; of a longer message the beginning and the end."""

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_WORD = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_ONE_SLIP, _TWO_SLIPS = 5, 9
"""Letters from which a key word may be misspelt by one and by two letters."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is what was received, without invisible characters; `mended` is what rules search."""

    text: str
    mended: str
    starts: tuple[int, ...]
    """Places in `mended` where a replaced word or the text after it begins, ascending."""
    origins: tuple[int, ...]
    """The same places in `text`."""

    def original(self, start: int, end: int) -> str:
        """What the customer wrote at `mended[start:end]`."""
        return self.text[self.to_text(start) : self.to_text(end)]

    def to_text(self, place: int) -> int:
        index = bisect_right(self.starts, place) - 1
        offset = self.origins[index] + place - self.starts[index]
        return min(offset, self.origins[index + 1] if index + 1 < len(self.origins) else len(self.text))

    def to_mended(self, place: int) -> int:
        index = bisect_right(self.origins, place) - 1
        offset = self.starts[index] + place - self.origins[index]
        return min(offset, self.starts[index + 1] if index + 1 < len(self.starts) else len(self.mended))

    def without(self, spans: Iterable[tuple[int, int]]) -> Reading:
        """The same with `spans` of `mended` blanked: they are read no further."""
        mended, text = self.mended, self.text
        for start, end in spans:
            mended = mended[:start] + " " * (end - start) + mended[end:]
            first, last = self.to_text(start), self.to_text(end)
            text = text[:first] + " " * (last - first) + text[last:]
        return Reading(text, mended, self.starts, self.origins)


def prepared(text: str) -> str:
    """Composed characters, no invisible ones, at most LONGEST characters: the text on which all places are counted."""
    if len(text) > LONGEST:
        text = text[: LONGEST * 3 // 4] + "\n" + text[-LONGEST // 4 :]
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text.replace("’", "'").replace("´", "'")))


def folded(text: str) -> str:
    """Lower case without accents, apostrophes as blanks, character by character: places stay the same."""
    return "".join(map(_folded_char, text))


def read(text: str, names: Iterable[tuple[int, int]] = (), *, mend: bool = True) -> Reading:
    """`text` as prepared() gives it. Words inside `names` (spans of cars' names) stay as they are.

    With `mend` False only slang is written out.
    """
    plain = folded(text)
    taken = sorted(names)
    pieces: list[str] = []
    starts, origins = [0], [0]
    length = last = 0
    for match in _WORD.finditer(plain):
        word = match.group()
        if any(start <= match.start() < end for start, end in taken):
            continue
        other = _instead(word, glued=match.start() > 0 and plain[match.start() - 1].isdigit(), mend=mend)
        if other == word:
            continue
        pieces += [plain[last : match.start()], other]
        length += match.start() - last
        starts += [length, length + len(other)]
        origins += [match.start(), match.end()]
        length += len(other)
        last = match.end()
    pieces.append(plain[last:])
    return Reading(text, "".join(pieces), tuple(starts), tuple(origins))


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    if char in "'`":
        return " "
    decomposed = unicodedata.normalize("NFKD", char.casefold())
    bare = [part for part in decomposed if not unicodedata.combining(part)]
    return bare[0] if bare else " "


def _instead(word: str, *, glued: bool, mend: bool) -> str:
    if len(word) == 1 and glued:
        return word  # the k of "300k"
    spelling = _spelling()
    word = _REPEATED.sub(r"\1", word)
    if word in spelling.instead:
        return spelling.instead[word]
    if not mend or len(word) < _ONE_SLIP or word in spelling.known:
        return word
    return _mended(word)


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    slips = 2 if len(word) >= _TWO_SLIPS else 1
    best = process.extractOne(word, _spelling().targets, scorer=OSA.distance, score_cutoff=slips)
    return best[0] if best and best[0][0] == word[0] else word


@dataclass(frozen=True, slots=True)
class _Spelling:
    targets: tuple[str, ...]
    known: frozenset[str]
    instead: dict[str, str]


@lru_cache(maxsize=1)
def _spelling() -> _Spelling:
    data = lexicon_file("spelling")
    return _Spelling(tuple(data["targets"]), words_of_lexicon().union(data["targets"], data["right"]), data["instead"])
