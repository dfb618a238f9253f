"""The words of vocabulary.yaml, ready to be looked up beside a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.quantities.tokens import Token

_FILE = Path(__file__).with_name("vocabulary.yaml")


class Phrases:
    """Sequences of words, found at a place of a token list in constant time."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        self._by_last: dict[str, list[tuple[str, ...]]] = {}
        for words in sorted({tuple(phrase.split()) for phrase in phrases}, key=len, reverse=True):
            self._by_first.setdefault(words[0], []).append(words)
            self._by_last.setdefault(words[-1], []).append(words)

    def starting_at(self, tokens: Sequence[Token], index: int) -> int:
        """How many tokens the longest phrase takes that starts at `index`; 0 when there is none."""
        if index >= len(tokens):
            return 0
        for words in self._by_first.get(tokens[index].text, ()):
            if _matches(tokens, index, words):
                return len(words)
        return 0

    def ending_at(self, tokens: Sequence[Token], index: int) -> int:
        """How many tokens the longest phrase takes whose last word is right before `index`."""
        if index <= 0:
            return 0
        for words in self._by_last.get(tokens[index - 1].text, ()):
            if _matches(tokens, index - len(words), words):
                return len(words)
        return 0


def _matches(tokens: Sequence[Token], start: int, words: tuple[str, ...]) -> bool:
    if start < 0 or start + len(words) > len(tokens):
        return False
    return all(tokens[start + offset].text == word for offset, word in enumerate(words))


@dataclass(frozen=True, slots=True)
class NumberWords:
    """Spoken numbers of one language: folded word → what the library reads."""

    language: str
    plain: Mapping[str, str]
    ones: Mapping[str, str]
    """Articles that are a number only in front of another one."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    number_words: tuple[NumberWords, ...]
    joiners: frozenset[str]
    hundreds: Mapping[str, str]
    hundred_words: frozenset[str]
    tens: frozenset[str]
    digits: Mapping[str, str]
    decimal_words: frozenset[str]
    scales: tuple[tuple[Decimal, Phrases], ...]
    million_letter: frozenset[str]
    fractions: tuple[tuple[Decimal, Phrases], ...]
    units: Mapping[str, Phrases]
    sets: Mapping[str, frozenset[str]]
    phrases: Mapping[str, Phrases]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    text = _FILE.read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    words, spellings = data["spanish_numbers"]
    return Vocabulary(
        number_words=(
            NumberWords("es", {word: word for word in words} | spellings, data["spanish_ones"]),
            NumberWords("en", {word: word for word in data["english_numbers"]}, data["english_ones"]),
        ),
        joiners=frozenset(data["joiners"]),
        hundreds=data["hundreds"],
        hundred_words=frozenset(data["hundred_words"]),
        tens=frozenset(data["tens"]),
        digits=data["digits"],
        decimal_words=frozenset(data["decimal_words"]),
        scales=(
            (Decimal(1000), Phrases(data["scales"]["thousand"])),
            (Decimal(1_000_000), Phrases(data["scales"]["million"])),
        ),
        million_letter=frozenset(data["million_letter"]),
        fractions=tuple((Decimal(value), Phrases(phrases)) for value, phrases in data["fractions"].items()),
        units={name: Phrases(phrases) for name, phrases in data["units"].items()},
        sets={
            name: frozenset(data[name])
            for name in ("counted", "fillers", "opening", "age_before", "dates_before", "cents")
        },
        phrases={name: Phrases(data[name]) for name in _PHRASES},
    )


_PHRASES = (
    "halves", "quarters", "slang_currency", "currency_before", "identifiers", "kilometres_before", "year_before",
    "year_after", "term_before", "age_right_before", "age_after", "hour_before", "price_before", "price_after",
    "payment_before", "payment_after",
)  # fmt: skip
