"""A question as a bag of stems: folded, without empty words, synonyms as one, endings off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.normalization import fold

_FILE = Path(__file__).with_name("words.yaml")
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_CUT = 4


def words_of(text: str) -> tuple[str, ...]:
    """Folded letters and digits, in the order of the text."""
    return tuple(_WORD.findall(fold(text)))


def content_words(text: str) -> tuple[str, ...]:
    """Words that carry the subject, in their order; expressions of several words as the one word that they mean."""
    vocabulary = _vocabulary()
    joined = vocabulary.phrases.sub(lambda match: vocabulary.meanings[match.group()], " ".join(words_of(text)))
    return tuple(word for word in joined.split() if word not in vocabulary.stop_words)


def stem_of(word: str) -> str:
    """The stem of a folded word, or of the one that it is a synonym of."""
    return stem(_vocabulary().synonyms.get(word, word))


def stem(word: str) -> str:
    """Plural, gender and final vowel off: "sucursales", "sucursal" → "sucursal"; "abierta", "abiertos" → "abiert"."""
    if len(word) > _SHORTEST_CUT and word.endswith("es"):
        word = word[:-2]
    elif len(word) > _SHORTEST_CUT and word.endswith("s"):
        word = word[:-1]
    if len(word) > _SHORTEST_CUT and word[-1] in "aeo":
        word = word[:-1]
    return word


def is_known_form(word: str) -> bool:
    """Is `word` one of a synonym list? Such a word is spelt right and is never corrected."""
    return word in _vocabulary().synonyms


def synonym_forms() -> tuple[str, ...]:
    """Every listed synonym."""
    return tuple(_vocabulary().synonyms)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    stop_words: frozenset[str]
    synonyms: Mapping[str, str]
    """word → the word that it counts as"""
    phrases: re.Pattern[str]
    meanings: Mapping[str, str]
    """expression → the word that it counts as"""


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    data: dict[str, Any] = yaml.load(
        _FILE.read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506
    )
    meanings = {phrase: word for word, phrases in data["phrases"].items() for phrase in phrases}
    longest_first = "|".join(sorted(map(re.escape, meanings), key=len, reverse=True))
    return _Vocabulary(
        stop_words=frozenset(data["stop_words"]),
        synonyms={word: group[0] for group in data["synonyms"] for word in group},
        phrases=re.compile(rf"\b(?:{longest_first})\b"),
        meanings=meanings,
    )
