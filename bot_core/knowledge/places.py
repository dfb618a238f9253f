"""Where a customer means: cities, states, zones and branches, by the names that people use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import OSA

from bot_core.knowledge.entry import Branch
from bot_core.knowledge.words import words_of

_FILLERS = frozenset(
    words_of(
        "a al allá área cd centro ciudad colonia col con de del e el en es está este estado kavak la las lo los más mi "
        "méxico mx norte o oriente para plaza poniente por queda rumbo sede sucursal agencia sur tienda un una y zona "
        "aquí soy vivo cerca the in at near branch city of store"
    )
)
"""Words around a place that change nothing: "la sucursal de Monterrey"."""

_ONE_SLIP = 5
_TWO_SLIPS = 9
"""Letters from which a name may be misspelt by one and by two letters ("Morelia" must not be Morelos)."""

Name = tuple[str, ...]


class Places:
    """Names of places → branches. `aliases` maps a city, state or branch to further names of it."""

    def __init__(
        self, branches: Sequence[Branch], aliases: Mapping[str, Sequence[str]], everywhere: Iterable[str]
    ) -> None:
        self._branches = tuple(branches)
        self._names: dict[Name, frozenset[str]] = {}
        self._branch_names: set[Name] = set()
        for branch in branches:
            for text in (branch.name, branch.city, branch.state):
                self._learn(text, branch)
            self._branch_names.add(words_of(branch.name))
            for owner in {branch.name, branch.city, branch.state} & aliases.keys():
                for text in aliases[owner]:
                    self._learn(text, branch)
                    if owner == branch.name:
                        self._branch_names.add(words_of(text))
        everything = frozenset(branch.branch_id for branch in branches)
        self._everywhere = {words_of(text): everything for text in everywhere}
        self._longest = max(map(len, (*self._names, *self._everywhere)), default=1)

    def _learn(self, text: str, branch: Branch) -> None:
        name = words_of(text)
        self._names[name] = self._names.get(name, frozenset()) | {branch.branch_id}

    def branches_in(self, place: str) -> tuple[Branch, ...]:
        """Branches of all the places that `place` names together: "Santa Fe, CDMX" is one, "Puebla o Querétaro" both.

        Empty when it names none, or also something that is unknown ("Toluca, Estado de México").
        """
        names = self._named(words_of(place))
        meant = [self._ids(name) for name in names]
        if not meant:
            return ()
        common = frozenset.intersection(*meant) or frozenset.union(*meant)
        return tuple(branch for branch in self._branches if branch.branch_id in common)

    def branch_named(self, text: str) -> Branch | None:
        """The branch that `text` calls by its own name; a city is no branch's name."""
        names = self._named(words_of(text))
        if not any(name in self._branch_names for name in names):
            return None
        found = self.branches_in(text)
        return found[0] if len(found) == 1 else None

    def _ids(self, name: Name) -> frozenset[str]:
        return self._names.get(name) or self._everywhere[name]

    def _named(self, words: Name) -> list[Name]:
        """Known names in `words`, the longest first at each place; nothing when other words are left."""
        found: list[Name] = []
        index = 0
        while index < len(words):
            size = min(self._longest, len(words) - index)
            name, used = next(
                ((name, n) for n in range(size, 0, -1) if (name := self._nearest(words[index : index + n]))), (None, 1)
            )
            if name:
                found.append(name)
            elif words[index] not in _FILLERS:
                return []
            index += used
        return found

    def _nearest(self, words: Name) -> Name | None:
        if words in self._names or words in self._everywhere:
            return words
        joined = "".join(words)
        slips = 2 if len(joined) >= _TWO_SLIPS else 1 if len(joined) >= _ONE_SLIP else 0
        if not slips or all(word in _FILLERS for word in words):
            return None
        distances = {
            name: OSA.distance(joined, "".join(name), score_cutoff=slips)
            for name in self._names
            if len("".join(name)) >= _ONE_SLIP
        }
        best = min(distances, key=lambda name: distances[name], default=None)
        return best if best and distances[best] <= slips else None
