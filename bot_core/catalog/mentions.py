"""Makes, models and versions in free text: misspelt, joined, split, or as they sound.

Words are compared by their key (folded letters and digits), in groups of up to three, so that "cx 5", "CX-5" and "cx5"
meet. Only then are single words compared fuzzily. Model names that are ordinary words ("uno", "gol", "escape") need
support from the words beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot_core.catalog.car import Car, CarMention
from bot_core.catalog.reference import MarketReference, market_reference, name_key

_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?:19[89]|20[0-3])\d")
_LONGEST_NAME = 3
_SHORTEST_FUZZY = 4
EXACT = 100.0
_OF_MAKE = frozenset({"de", "del", "marca"})
_NO_VERSIONS = frozenset({"se", "de", "en", "el", "la", "es", "si", "no", "te", "lo", "al", "is", "it", "on", "in"})
"""Two letters that are words of a sentence more often than versions."""
DEFAULT_SCORE = 82.0


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A name over the words `first` to `last` (exclusive)."""

    first: int
    last: int
    make: str | None
    model: str | None
    score: float


class CarNames:
    """The names of a catalogue and of the market around it."""

    def __init__(self, cars: Iterable[Car]) -> None:
        self._reference: MarketReference = market_reference()
        self._makes = dict(self._reference.makes)
        self._models: dict[str, tuple[tuple[str, str], ...]] = {
            key: tuple((known.make, known.model) for known in models) for key, models in self._reference.models.items()
        }
        self.stock: set[tuple[str, str | None]] = set()
        self.versions: dict[tuple[str, str], dict[str, str]] = {}
        for car in cars:
            self._learn(car)
        fuzzy = {key for key in (*self._makes, *self._models) if len(key) >= _SHORTEST_FUZZY and not key.isdigit()}
        self._fuzzy_keys = sorted(fuzzy - self._reference.ordinary_words)

    def _learn(self, car: Car) -> None:
        pair = (car.make, car.model)
        if pair in self.stock:
            return self._learn_version(car)
        self._makes.setdefault(name_key(car.make), car.make)
        known = self._models.get(name_key(car.model), ())
        if pair not in known:
            self._models[name_key(car.model)] = (*known, pair)
        self.stock |= {pair, (car.make, None)}
        return self._learn_version(car)

    def _learn_version(self, car: Car) -> None:
        words = self.versions.setdefault((car.make, car.model), {})
        for word in _WORD.findall(car.version):
            if len(word) > 1 and word.isalpha() and name_key(word) not in _NO_VERSIONS:
                words.setdefault(name_key(word), word)

    def nearest(self, name: str, *, min_score: float) -> tuple[str | None, str | None, float]:
        """(make, model, score) of the name nearest to `name`; (None, None, 0) when nothing is near."""
        key = name_key(name)
        exact = self._named(key)
        if exact:
            return (*exact, EXACT)
        if len(key) < _SHORTEST_FUZZY or min_score >= EXACT:
            return None, None, 0.0
        best = process.extractOne(key, self._fuzzy_keys, scorer=fuzz.ratio, score_cutoff=min_score)
        named = self._named(best[0]) if best else None
        return (*named, best[1]) if best and named else (None, None, 0.0)

    def model_of(self, make: str, name: str, *, min_score: float) -> str | None:
        """The model of `make` nearest to `name`."""
        key = name_key(name)
        own = [(known, model) for known, pairs in self._models.items() for owner, model in pairs if owner == make]
        exact = next((model for known, model in own if known == key), None)
        if exact or not own:
            return exact
        best = process.extractOne(key, [known for known, _ in own], scorer=fuzz.ratio, score_cutoff=min_score)
        return own[best[2]][1] if best else None

    def mentions(self, text: str, *, min_score: float = DEFAULT_SCORE) -> tuple[CarMention, ...]:
        """All names in `text`, in its order, without overlaps."""
        words = [_Word(match.start(), match.end(), name_key(match.group())) for match in _WORD.finditer(text)]
        lone = self._lone_name(words)
        if lone:
            return (self._mention(lone, words),)
        found: list[_Found] = []
        index = 0
        while index < len(words):
            name = self._name_at(words, index, found, min_score)
            if name is None:
                index += 1
            else:
                found.append(name)
                index = name.last
        return tuple(self._mention(name, words) for name in _merged(found, words))

    def _lone_name(self, words: Sequence[_Word]) -> _Found | None:
        """A message that is nothing but "polo": the ordinary word can only mean the car."""
        key = "".join(word.key for word in words[:_LONGEST_NAME])
        if len(words) > _LONGEST_NAME or key not in self._reference.lone_names:
            return None
        name = self._named(key)
        return _Found(0, len(words), *name, EXACT) if name else None

    def _named(self, key: str) -> tuple[str | None, str | None] | None:
        pairs = self._models.get(key)
        if pairs:
            return next((pair for pair in pairs if pair in self.stock), pairs[0])
        make = self._makes.get(key)
        return (make, None) if make else None

    def _name_at(self, words: Sequence[_Word], index: int, found: Sequence[_Found], min_score: float) -> _Found | None:
        if index and words[index - 1].key in self._reference.not_after.get(words[index].key, ()):
            return None
        before = found[-1] if found and found[-1].last == index else None
        for size in range(_names_length(words, index), 0, -1):
            if size == 1 and words[index].key in self._reference.never_cars:
                return None
            for key in self._spellings(words, index, size, before):
                name = self._exact(key, before)
                if name and (_is_joined(words, index, size) or self._supported(key, words, index, size, before)):
                    return _Found(index, index + size, *name, EXACT)
        return self._fuzzy_at(words[index].key, index, before, min_score)

    def _spellings(self, words: Sequence[_Word], index: int, size: int, before: _Found | None) -> Iterator[str]:
        """The words as one key, and with a digit for a number in words: "mazda tres" is "mazda3".

        When three of something follow ("mazda 3 puertas"), the number is no part of the name.
        """
        keys = [word.key for word in words[index : index + size]]
        follows = words[index + size].key if index + size < len(words) else ""
        digit = self._reference.number_words.get(keys[-1])
        if follows in self._reference.counted and (digit or keys[-1].isdigit()):
            return
        yield "".join(keys)
        if digit and (size > 1 or before):
            yield "".join([*keys[:-1], digit])

    def _exact(self, key: str, before: _Found | None) -> tuple[str | None, str | None] | None:
        if before and before.make and before.model is None:
            own = next((pair for pair in self._models.get(key, ()) if pair[0] == before.make), None)
            if own:
                return own
        return self._named(key)

    def _supported(self, key: str, words: Sequence[_Word], index: int, size: int, before: _Found | None) -> bool:
        """Is this word a car here? "gol" after "un" or "volkswagen" is; "uno más barato" and "qué onda" are not."""
        if key not in self._reference.ordinary_words and key not in self._reference.make_needed:
            return True
        if before and before.make and any(make == before.make for make, _ in self._models.get(key, ())):
            return True
        after = index + size
        if self._beside_its_own(key, words, after):
            return True
        if key in self._reference.make_needed or size > 1:
            return False
        if after < len(words) and _YEAR.fullmatch(words[after].key) and key in self._reference.lone_names:
            return True
        if index == 0:
            return False
        previous = words[index - 1].key
        if previous in self._reference.articles:
            return True
        return previous in self._reference.trade_words and key not in ("uno", "up", "note")

    def _beside_its_own(self, key: str, words: Sequence[_Word], after: int) -> bool:
        """A model before its make ("x3 bmw"), a make before its model ("seat ibiza")."""
        if after >= len(words):
            return False
        if words[after].key in _OF_MAKE and after + 1 < len(words):
            after += 1  # "un 208 de peugeot"
        following = words[after].key
        makes = {make for make, _ in self._models.get(key, ())}
        return self._makes.get(following) in makes or any(
            make == self._makes.get(key) for make, _ in self._models.get(following, ())
        )

    def _fuzzy_at(self, key: str, index: int, before: _Found | None, min_score: float) -> _Found | None:
        if min_score >= EXACT or len(key) < _SHORTEST_FUZZY or key.isdigit() or key in self._reference.never_cars:
            return None
        best = process.extractOne(key, self._fuzzy_keys, scorer=fuzz.ratio, score_cutoff=min_score)
        if not best:
            return None
        name = self._exact(best[0], before)
        return _Found(index, index + 1, *name, best[1]) if name else None

    def _mention(self, name: _Found, words: Sequence[_Word]) -> CarMention:
        version, last = self._version_after(name, words)
        return CarMention(
            start=words[name.first].start,
            end=words[last - 1].end,
            make=name.make,
            model=name.model,
            version=version,
            score=name.score,
            in_stock=(name.make or "", name.model) in self.stock,
        )

    def _version_after(self, name: _Found, words: Sequence[_Word]) -> tuple[str | None, int]:
        """ "versa advance": the version word that follows its model, as the catalogue spells it."""
        if name.model and name.make and name.last < len(words):
            known = self.versions.get((name.make, name.model), {}).get(words[name.last].key)
            if known:
                return known, name.last + 1
        return None, name.last


def _names_length(words: Sequence[_Word], index: int) -> int:
    """Words from `index` on that may be one name: nothing but a blank or a hyphen stands between them."""
    size = 1
    while size < _LONGEST_NAME and index + size < len(words):
        if words[index + size].start - words[index + size - 1].end > 1:
            break
        size += 1
    return size


def _is_joined(words: Sequence[_Word], index: int, size: int) -> bool:
    """Several words make a name by themselves, but a single letter needs support: "a 3 años" is no Audi A3."""
    return size > 1 and len(words[index].key) > 1


def _are_side_by_side(words: Sequence[_Word], left: _Found, right: _Found) -> bool:
    between = [word.key for word in words[left.last : right.first]]
    return not between or (left.model is not None and len(between) == 1 and between[0] in _OF_MAKE)


def _merged(found: Sequence[_Found], words: Sequence[_Word]) -> list[_Found]:
    """A make beside one of its models ("bmw x3", "x3 bmw", "un x3 de bmw") is one mention."""
    merged: list[_Found] = []
    for name in found:
        last = merged[-1] if merged else None
        adjoin = last is not None and last.make == name.make and _are_side_by_side(words, last, name)
        if last and adjoin and (last.model is None) != (name.model is None):
            model = last.model or name.model
            merged[-1] = _Found(last.first, name.last, name.make, model, min(last.score, name.score))
        else:
            merged.append(name)
    return merged
