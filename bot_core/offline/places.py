"""Branches and cities in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot_core.knowledge.entry import Branch
from bot_core.normalization import fold
from bot_core.offline.findings import Finding, overlaps
from bot_core.offline.lexicon import lexicon_file, preceding


@dataclass(frozen=True, slots=True)
class _Name:
    slot: str
    value: str
    guarded: bool
    """Also an everyday word or a car: a place only after "en", "sucursal" and the like."""


class PlaceReader:
    def __init__(self, branches: Sequence[Branch]) -> None:
        self._names = _names(branches)
        longest_first = "|".join(sorted(map(re.escape, self._names), key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])")

    def read(self, text: str, cars: Sequence[tuple[int, int]], *, asked: bool) -> Iterator[Finding]:
        """Places in `text` (mended). `asked`: the bot has just asked which branch, so a bare name is one."""
        for match in self._pattern.finditer(text):
            name = self._names[re.sub(r"\s+", " ", match.group())]
            supported = asked or preceding("places", "after_words").search(
                text[max(0, match.start() - 14) : match.start()]
            )
            if name.guarded and not supported:
                continue
            if overlaps(cars, *match.span()) and not (supported and name.guarded):
                continue
            yield Finding(name.slot, name.value, *match.span())


def _names(branches: Sequence[Branch]) -> dict[str, _Name]:
    data = lexicon_file("places")
    guarded = frozenset(data["guarded_branches"])
    names: dict[str, _Name] = {}
    for slot, table, is_guarded in (("city", "cities", False), ("city", "guarded_cities", True)):
        for value, written in data[table].items():
            names |= {name: _Name(slot, value, is_guarded) for name in written}
    for branch in branches:
        names.setdefault(fold(branch.city), _Name("city", branch.city, False))
        names.setdefault(fold(branch.state), _Name("city", branch.state, False))
    for branch in branches:
        for name in (fold(branch.name), *data["branches"].get(branch.name, ())):
            names[name] = _Name("branch", branch.name, name in guarded)
    return names
