"""How a customer writes the words that they mean: accents, typos, dictation, slang, emoji. Facts stay readable."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from bot_core.messages import Language
from workbench.evaluation.dataset.personas import Style, Tone

OPEN, CLOSE = "\ue000", "\ue001"
"""Around a fact: no typo may turn 230 mil into another amount."""
_PIECES = re.compile(f"({OPEN}.*?{CLOSE})", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{4,}")
_TYPO_RATE = {"none": 0.0, "some": 0.08, "many": 0.22}
_EMOJI_RATE = 0.4
_FILLER_RATE = 0.25
_NEAR = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "s": "d", "t": "r", "r": "e", "l": "k", "c": "v", "u": "i"}


def fact(value: object) -> str:
    """`value` as a fact that no style may change."""
    return f"{OPEN}{value}{CLOSE}"


def plain(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def written(text: str, style: Style, phrases: Mapping[str, Any], rng: random.Random) -> str:
    """`text` as this customer types or dictates it, without the marks around facts."""
    text = _outside_facts(text, lambda words: _worded(words, style, phrases, rng))
    if not style.accents and style.language is Language.SPANISH:
        text = _without_accents(text)
    if style.tone is Tone.CASUAL or style.tone is Tone.SLANG:
        text = text[:1].lower() + text[1:] if not text.isupper() else text
    if style.voice_like:
        text = re.sub(r"(?<!\d)[,;.](?!\d)|[¿?¡!:]", "", text)
    if style.emoji and rng.random() < _EMOJI_RATE:
        text = f"{text} {rng.choice(phrases['emoji'])}"
    return plain(text).strip()


def misspelt(word: str, rng: random.Random) -> str:
    """One slip of the thumb: swapped, dropped, doubled or neighbouring letter. Never the first letter."""
    at = rng.randrange(1, len(word) - 1)
    slip = rng.choice(["swap", "drop", "double", "near"])
    if slip == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == "drop":
        return word[:at] + word[at + 1 :]
    if slip == "double":
        return word[:at] + word[at] + word[at:]
    return word[:at] + _NEAR.get(word[at], word[at]) + word[at + 1 :]


def _outside_facts(text: str, change: Callable[[str], str]) -> str:
    return "".join(piece if piece.startswith(OPEN) else change(piece) for piece in _PIECES.split(text))


def _worded(text: str, style: Style, phrases: Mapping[str, Any], rng: random.Random) -> str:
    if style.tone is Tone.SLANG:
        for word, slang in phrases["slang"].items():
            text = re.sub(rf"\b{word}\b", slang, text)
    if style.voice_like and text.strip() and rng.random() < _FILLER_RATE:
        text = f"{text.rstrip()} {rng.choice(phrases['fillers'])} "
    rate = _TYPO_RATE[style.typos]
    return _WORD.sub(lambda word: misspelt(word[0], rng) if rng.random() < rate else word[0], text) if rate else text


def _without_accents(text: str) -> str:
    """As thumbs do: no accents and no opening marks; ñ stays, it is a key of its own."""
    bare = "".join(
        char if char in "ñÑ" else "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
        for char in text
    )
    return bare.replace("¿", "").replace("¡", "")
