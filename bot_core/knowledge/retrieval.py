"""From a customer's question to the facts that answer it, by weighted words with spelling mended.

Every entry lists how customers ask for it. A phrasing fits as far as the question holds its words, the rarer the
weightier; a further entry is found only for words that better entries left unexplained, so that "garantía de
aprobación" is about approval and not about the warranty too. Why lexical: docs/decisions/0006-knowledge-retrieval.md.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot_core.knowledge.entry import KnowledgeEntry
from bot_core.knowledge.spelling import Spellings
from bot_core.knowledge.words import content_words, is_known_form, stem_of, synonym_forms

_LEAST_FIT = 0.58
_KEPT = 0.6
"""Of the score, however much else the message says: customers ask several things at once."""
_UNKNOWN_WEIGHT = 1.0
"""Of a word that no phrasing uses: a car's name, a city, small talk."""
_OWN_SHARE = 0.5
"""Of a further entry's matched weight, the part that no better entry has."""
_OWN_SHARE_WHOLE = 0.2
"""The same when the question holds a whole phrasing of it: "qué trae Kavak Total y cuánto cuesta" asks for two."""
_SHORTEST_MENDED = 5
_MOST_WORDS = 60
"""Of a message that are read: the subject of a longer one stands before them."""


@dataclass(frozen=True, slots=True)
class _Phrasing:
    entry: int
    stems: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an entry answers. `score` 0-100."""

    entry: KnowledgeEntry
    score: float
    matched: frozenset[str]
    whole: bool
    """The question holds every word of the phrasing."""


class PhrasingIndex:
    """Immutable, safe to share between threads."""

    def __init__(self, entries: Sequence[KnowledgeEntry]) -> None:
        self._entries = tuple(entries)
        phrasings = [
            (n, frozenset(map(stem_of, content_words(text))))
            for n, entry in enumerate(entries)
            for text in entry.questions
        ]
        phrasings = list(dict.fromkeys((n, stems) for n, stems in phrasings if stems))
        self._weights = _weights(phrasings, len(entries))
        self._phrasings = tuple(_Phrasing(n, stems, self._weight(stems)) for n, stems in phrasings)
        self._using: dict[str, list[int]] = defaultdict(list)
        for number, phrasing in enumerate(self._phrasings):
            for one in phrasing.stems:
                self._using[one].append(number)
        used = (word for entry in entries for text in entry.questions for word in content_words(text))
        self._spellings = Spellings({word: stem_of(word) for word in (*used, *synonym_forms())}, self._weights.keys())

    def best(self, question: str, limit: int) -> tuple[Fit, ...]:
        """At most `limit` entries, the best first; nothing when nothing fits."""
        stems = frozenset(self._read(question))
        return tuple(self._chosen(self._fits(stems), limit))

    def _read(self, question: str) -> Iterator[str]:
        """Stems of the question, misspelt and inflected words as the phrasings spell them."""
        for word in list(dict.fromkeys(content_words(question)))[:_MOST_WORDS]:
            one = stem_of(word)
            known = one in self._weights or is_known_form(word) or len(word) < _SHORTEST_MENDED or word.isdigit()
            yield one if known else self._spellings.nearest(word) or one

    def _fits(self, stems: frozenset[str]) -> list[Fit]:
        """For each entry its best phrasing."""
        asked = self._weight(stems)
        best: dict[int, Fit] = {}
        for number in {number for one in stems for number in self._using.get(one, ())}:
            phrasing = self._phrasings[number]
            matched = phrasing.stems & stems
            weight = self._weight(matched)
            score = 100 * (weight / phrasing.weight) * (_KEPT + (1 - _KEPT) * weight / asked)
            if phrasing.entry not in best or score > best[phrasing.entry].score:
                best[phrasing.entry] = Fit(self._entries[phrasing.entry], score, matched, matched == phrasing.stems)
        enough = [(entry, fit) for entry, fit in best.items() if fit.score >= 100 * _LEAST_FIT]
        return [fit for _, fit in sorted(enough, key=lambda item: (-item[1].score, item[0]))]

    def _chosen(self, fits: Iterable[Fit], limit: int) -> Iterator[Fit]:
        explained: set[str] = set()
        found = 0
        for fit in fits:
            own = self._weight(fit.matched - explained)
            share = _OWN_SHARE_WHOLE if fit.whole else _OWN_SHARE
            if found < limit and own >= share * self._weight(fit.matched):
                yield fit
                found += 1
                explained |= fit.matched

    def _weight(self, stems: Iterable[str]) -> float:
        return sum(self._weights.get(one, _UNKNOWN_WEIGHT) for one in stems)


def _weights(phrasings: Sequence[tuple[int, frozenset[str]]], entries: int) -> Mapping[str, float]:
    """A word that few entries use tells more: log(1 + entries / entries that use it)."""
    uses = Counter(one for _, one in {(n, one) for n, stems in phrasings for one in stems})
    return {one: math.log(1 + entries / times) for one, times in uses.items()}
