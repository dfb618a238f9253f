"""A number with the words beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot_core.offline.findings import overlaps
from bot_core.offline.lexicon import lexicon_file, pattern
from bot_core.offline.reading import Reading
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import Quantity, QuantityKind

_BEFORE, _AFTER = 48, 36
"""Characters around a number in which its words are looked for."""
_LONGEST_LINK = 14


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at `start:end` of the mended text with the words next to it."""

    kind: QuantityKind
    value: Decimal
    start: int
    end: int
    before: str
    after: str
    link: str
    """What stands between this number and the next, when that is near; else empty."""

    def starts(self, *path: str) -> bool:
        """Do the words at `path` of lexicon/amounts.yaml follow?"""
        return bool(_opening(path).match(self.after))

    def ends(self, *path: str) -> int:
        """Where in `before` (1 or more) such words begin that lead up to the number, over fillers; 0 when none do."""
        match = _closing(path).search(self.before)
        return match.start() + 1 if match else 0


def figures_in(reading: Reading, names: Sequence[tuple[int, int]]) -> tuple[Figure, ...]:
    """Numbers outside of `names` (cars' names in the mended text), with their surroundings up to the next number."""
    found = [
        (quantity, reading.to_mended(quantity.start), reading.to_mended(quantity.end))
        for quantity in find_quantities(reading.text)
    ]
    found = [item for item in found if not overlaps(names, item[1], item[2])]
    return tuple(_figure(reading.mended, found, place) for place in range(len(found)))


def _figure(text: str, found: Sequence[tuple[Quantity, int, int]], place: int) -> Figure:
    quantity, start, end = found[place]
    floor = found[place - 1][2] if place else 0
    ceiling = found[place + 1][1] if place + 1 < len(found) else len(text)
    return Figure(
        kind=quantity.kind,
        value=quantity.value,
        start=start,
        end=end,
        before=text[max(floor, start - _BEFORE) : start],
        after=text[end : min(ceiling, end + _AFTER)],
        link=text[end:ceiling].strip() if ceiling < len(text) and ceiling - end <= _LONGEST_LINK else "",
    )


@lru_cache
def _opening(path: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"[^\w\n?,;.]*" + pattern("amounts", *path).pattern)


@lru_cache
def _closing(path: tuple[str, ...]) -> re.Pattern[str]:
    fillers = "|".join(lexicon_file("amounts")["fillers"].strip().replace(" ", r"\s+").splitlines())
    return re.compile(pattern("amounts", *path).pattern + rf"(?:[\s,]+(?:{fillers})|\s*[:=$]){{0,4}}\s*$")
