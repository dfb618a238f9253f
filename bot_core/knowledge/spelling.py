"""The known word behind a misspelt or inflected one: "aseptan" → "aceptan", "documentación" → "documento"."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

_SHORTEST = 4
_TWO_SLIPS = 8
"""Letters from which two of them may be wrong."""
_SHORTEST_PREFIX = 5
_PREFIX_SHARE = 0.6


class Spellings:
    """Words by length, for slips of the keyboard, and in order, for other endings. `stems` maps word → stem."""

    def __init__(self, stems: Mapping[str, str], known_stems: Container[str]) -> None:
        self._stems = {word: one for word, one in stems.items() if one in known_stems and len(word) >= _SHORTEST}
        self._sorted = sorted(self._stems)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._sorted:
            self._by_length[len(word)].append(word)

    def nearest(self, word: str) -> str | None:
        """The stem of the known word that `word` most likely is; None when it is near none."""
        best = self._misspelt(word) or self._inflected(word)
        return self._stems[best] if best else None

    def _misspelt(self, word: str) -> str | None:
        slips = 2 if len(word) >= _TWO_SLIPS else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        candidates = [known for length in lengths for known in self._by_length.get(length, ())]
        best = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips)
        return best[0] if best else None

    def _inflected(self, word: str) -> str | None:
        """Words with the longest common beginning are neighbours in the sorted list."""
        at = bisect_left(self._sorted, word)
        shared, best = max(
            ((Prefix.similarity(word, near), near) for near in self._sorted[max(0, at - 1) : at + 1]),
            default=(0, None),
        )
        enough = best and shared >= max(_SHORTEST_PREFIX, _PREFIX_SHARE * max(len(word), len(best)))
        return best if enough else None
