"""The mood of a message from a list of words. No model, no training, so no more than this:

it knows the words of lexicon.yaml with a negation or a booster in front, emoji, shouting and repeated question marks.
It knows no irony ("qué bonito, otra vez lo mismo"), no context, and no word that is not on the list: those are
neutral, 0.
Compare variants with it; do not judge one conversation by it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from bot_core.normalization import fold

LEXICON = Path(__file__).with_name("lexicon.yaml")
_BEFORE = 3
"""Words in front of a mood word in which a negation or a booster counts."""
_BOOST, _SHOUT, _IMPATIENT = 1.5, 1.3, -1.0
_SOFT = 3.0
"""A sum of this size reads as about 0.76."""


@dataclass(frozen=True, slots=True)
class Mood:
    """`value` from -1 (furious) to 1 (delighted), 0 when nothing was found; `found` are the words that told it."""

    value: float
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    weights: Mapping[str, int]
    pattern: re.Pattern[str]
    negations: frozenset[str]
    boosters: frozenset[str]
    emoji: Mapping[str, int]


def mood_of(text: str) -> Mood:
    """The mood of one customer message, in Spanish or English."""
    lexicon, folded = _lexicon(), fold(text)
    total, found = 0.0, []
    for match in lexicon.pattern.finditer(folded):
        before = re.findall(r"[\w']+", folded[: match.start()])[-_BEFORE:]
        total += _weighed(lexicon.weights[match[0]], before, lexicon)
        found.append(match[0])
    for emoji, weight in lexicon.emoji.items():
        if emoji in text:
            total += weight
            found.append(emoji)
    if re.search(r"\?{2,}", text):
        total += _IMPATIENT
        found.append("??")
    if total < 0 and _is_shouted(text):
        total *= _SHOUT
    return Mood(math.tanh(total / _SOFT), tuple(found))


def _weighed(weight: float, before: list[str], lexicon: _Lexicon) -> float:
    """ "no me gusta" turns the mood, at half its strength; "muy" raises it."""
    if lexicon.boosters & set(before[-1:]):
        weight *= _BOOST
    return -weight / 2 if lexicon.negations & set(before) else weight


def _is_shouted(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= 8 and sum(char.isupper() for char in letters) > 0.7 * len(letters)


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    data = yaml.load(LEXICON.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    weights = {fold(word): int(weight) for weight, words in data["words"].items() for word in words}
    longest_first = sorted(weights, key=len, reverse=True)
    return _Lexicon(
        weights=weights,
        pattern=re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"),
        negations=frozenset(data["negations"]),
        boosters=frozenset(data["boosters"]),
        emoji=data["emoji"],
    )
