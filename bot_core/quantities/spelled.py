"""Numbers in words, read by the text2num library after the spelling of chats was mended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from text_to_num import text2num

from bot_core.quantities.tokens import Sort, Token
from bot_core.quantities.vocabulary import NumberWords, vocabulary

_LONGEST = 14
"""Words of the longest amount worth reading."""
_JOINED = re.compile(r"(treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?:y|i)([a-z]+)")
_JOINED_HUNDRED = re.compile(r"(ciento|doscientos|trescientos|quinientos)([a-z]{4,})")


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    value: Decimal
    length: int
    """Tokens taken."""
    is_scale_alone: bool
    """Only "mil": a number in "mil pesos", not in "mil gracias"."""


def spoken_number_at(tokens: Sequence[Token], index: int) -> SpokenNumber | None:
    """The longest number in words that starts at `index`."""
    for words in vocabulary().number_words:
        if tokens[index].text in words.plain or tokens[index].text in words.ones or _joined(tokens[index].text):
            found = _read(tokens, index, words)
            if found:
                return found
    return None


def _read(tokens: Sequence[Token], index: int, words: NumberWords) -> SpokenNumber | None:
    spellings = _spellings(tokens, index, words)
    for length in range(len(spellings), 0, -1):
        value = _value(" ".join(filter(None, spellings[:length])), words.language)
        if value is None:
            continue
        first = spellings[0]
        if length == 1 and tokens[index].text in words.ones:
            return _one(tokens, index, words)
        if length == 1 and first in ("millon", "millones", "million", "hundred", "thousand"):
            return None
        decimal = _decimal(tokens, index, words) if length == 1 else None
        return decimal or SpokenNumber(Decimal(value), length, length == 1 and first == "mil")
    return None


def _one(tokens: Sequence[Token], index: int, words: NumberWords) -> SpokenNumber | None:
    """ "uno punto dos", "un año", "un peso", "a la una"; else an article ("uno más barato", "una camioneta")."""
    units = vocabulary().units
    counted = any(units[name].starting_at(tokens, index + 1) for name in ("years", "currency"))
    is_hour = tokens[index].text == "una" and index > 1 and [t.text for t in tokens[index - 2 : index]] == ["a", "la"]
    if (counted and tokens[index].text != "a") or is_hour:
        return SpokenNumber(Decimal(1), 1, is_scale_alone=False)
    return _decimal(tokens, index, words)


def _spellings(tokens: Sequence[Token], index: int, words: NumberWords) -> list[str]:
    """What the library should read for each token from `index` on; "" for a token that it must not see."""
    known = vocabulary()
    found: list[str] = []
    for token in tokens[index : index + _LONGEST]:
        if token.sort is not Sort.WORD:
            break
        text = token.text
        if text in known.hundred_words and found and found[-1] in known.hundreds:
            found[-1:] = [known.hundreds[found[-1]], ""]  # "dos cientos"
        elif text in words.plain:
            if found and tokens[index + len(found) - 1].text in words.ones and words.plain[text] == "mil":
                found[-1] = ""  # "un mil"
            found.append(words.plain[text])
        elif joined := _joined(text):
            found.append(joined)
        elif text in words.ones or (text in known.joiners and found):
            found.append(words.ones.get(text, text))
        else:
            break
    return found


@lru_cache(maxsize=1024)
def _joined(text: str) -> str | None:
    """ "treintaiseis" → "treinta y seis"; "cientoochenta" → "ciento ochenta"."""
    known = vocabulary()
    if (match := _JOINED.fullmatch(text)) and match[2] in known.digits:
        return f"{match[1]} y {known.digits[match[2]]}"
    if (match := _JOINED_HUNDRED.fullmatch(text)) and match[2] in known.number_words[0].plain:
        return f"{match[1]} {match[2]}"
    return None


def _decimal(tokens: Sequence[Token], index: int, words: NumberWords) -> SpokenNumber | None:
    """ "uno punto dos": the library loses what follows, so the two sides are read apart."""
    known = vocabulary()
    if index + 2 >= len(tokens) or tokens[index + 1].text not in known.decimal_words:
        return None
    sides = [words.plain.get(t.text, words.ones.get(t.text)) for t in (tokens[index], tokens[index + 2])]
    values = [_value(side, words.language) if side else None for side in sides]
    if values[0] is None or values[1] is None or values[1] > 99:
        return None
    return SpokenNumber(Decimal(f"{values[0]}.{values[1]}"), 3, is_scale_alone=False)


@lru_cache(maxsize=4096)
def _value(spelled: str, language: str) -> int | None:
    words = spelled.split()
    if not words or words[0] in ("y", "and", "con") or words[-1] in ("y", "and", "con", "un", "a"):
        return None
    try:
        return int(text2num(spelled, language))
    except (ValueError, OverflowError):
        return None
