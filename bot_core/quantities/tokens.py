"""Text cut into numerals, words and signs. Dates, phone numbers, links and names with digits are cut out first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_MONTH_NUMBER = r"(?:1[0-2]|0?[1-9])"
_MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic|jan|apr|aug|dec)(?!\w)\.?"
)
_NOT_AN_AMOUNT = r"(?!\s?(?:mil\b|k\b|de\smil|mil+[oó]n|mel[oó]n|%|km))"
_BLANK = r"[ \u00a0\u2009\u202f]"
_GROUP = rf"{_BLANK}\d{{3}}(?!\d)"
_MONEY_FOLLOWS = rf"(?={_BLANK}?(?:\$|pesos|mxn|kms?\b|kil[oó]m))"
_GLUED = r"(?:de|hasta|unos|modelo|entre|con|por|mxn|mx|usd|us)"

_TOKEN = re.compile(
    rf"""
    (?P<cut>
        https?://\S+ | www\.\S+ | [\w.+-]{{1,64}}@[\w.-]+
      | (?<![\d$.,]){_DAY}[/.-]{_MONTH_NUMBER}[/.-](?:\d{{4}}|\d{{2}})(?![\d/]){_NOT_AN_AMOUNT}
      | (?<!\d)\d{{4}}-\d{{2}}-\d{{2}}(?!\d)
      | (?<![\d$./,]){_DAY}/{_MONTH_NUMBER}(?![\d/]|[.,]\d){_NOT_AN_AMOUNT}
      | (?<![\d$.,]){_DAY}(?:\s(?:al|y|o|a|-)\s{_DAY})?(?:st|nd|rd|th)?\s(?:de\s|of\s)?{_MONTH}
        (?:,?\s(?:de\s|del\s)?\d{{4}}(?!\d))?
      | (?<!\w){_MONTH}\s{_DAY}(?:st|nd|rd|th)?(?!\d)(?:,?\s\d{{4}}(?!\d))?{_NOT_AN_AMOUNT}
      | (?<![\w$])(?<!\$\s)(?:\+?\d{{1,3}}[ .-]?)?(?:\(\d{{2,3}}\)|\d{{2,3}})[ .-]?\d{{3,4}}[ .-]?\d{{4}}
        (?![\d,]|\.\d)
      | (?<!\w)(?!(?:{_GLUED}-?\d)|(?:mil|k|kms?|[ap]m|mes|a|y|o|u)-)(?:[^\W\d_]+|[^\W\d_]{{1,4}}-)\d[\w-]*
    )
  | (?P<clock>(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?!\d))
  | (?P<numeral>
        \d{{1,3}}(?:['’´]\d{{3}}(?!\d))?(?:,\d{{3}}(?!\d))++(?:\.\d++)?
      | \d{{1,3}}['’´]\d{{3}}(?!\d)
      | \d{{1,3}}(?:\.\d{{3}}(?!\d))++(?:,\d{{1,2}}(?!\d))?
      | (?:(?<=\$)|(?<=\$\s))\d{{1,3}}(?:{_GROUP}){{1,4}}+(?:\.\d{{1,2}}(?!\d))?
      | \d{{1,3}}(?:{_GROUP}){{1,4}}+{_MONEY_FOLLOWS}
      | \d{{1,3}}(?:{_GROUP}){{0,3}}?{_BLANK}\d00(?!\d)(?![.,]\d){_NOT_AN_AMOUNT}
      | \d++\.\d++
      | \d++,\d(?![\d,])
      | \d++,\d{{2}}(?=\s?(?:%|por\s?ciento|mill))
      | \d++
    )
  | (?P<half_day>[ap]\.\s?m\.?(?!\w))
  | (?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*)
  | (?P<line>\n)
  | (?P<sign>[^\s\w*~])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"mil|mill|k|m|mm|kms?|klms?|kilometros|pesos?|mxn?|mn|varos|baros|usd|dlls|mes|meses|anos?|am|pm|h|hrs?|hs|horas?|mdp"
    r"|millon|millones|melones|months?|years?|yr|de|y|o|a|cm|l|lts|cc|hp"
)
"""Words that may stick to a number without making it a name ("80mil", "6pm"; not "500X")."""


class Sort(StrEnum):
    NUMERAL = "numeral"
    CLOCK = "clock"
    WORD = "word"
    SIGN = "sign"
    LINE = "line"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is folded; `start:end` are offsets in the text as received."""

    sort: Sort
    start: int
    end: int
    text: str


_SORTS = {
    "cut": Sort.CUT,
    "clock": Sort.CLOCK,
    "numeral": Sort.NUMERAL,
    "half_day": Sort.WORD,
    "word": Sort.WORD,
    "line": Sort.LINE,
    "sign": Sort.SIGN,
}


def tokenise(text: str) -> list[Token]:
    """In linear time. The bold, italic and strike marks of WhatsApp are no tokens."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        name = match.lastgroup or "sign"
        piece = match.group()
        folded = piece[0].lower() + "m" if name == "half_day" else _folded(piece)
        token = Token(_SORTS[name], match.start(), match.end(), folded)
        if tokens and _makes_a_name(tokens[-1], token):
            token = Token(Sort.CUT, tokens.pop().start, token.end, "")
        tokens.append(token)
    return tokens


def _makes_a_name(number: Token, token: Token) -> bool:
    """ "500X", "4x4", "3er": letters that stick to a number and are no unit."""
    if token.start != number.end:
        return False
    if number.sort is Sort.CUT:
        return number.text == "" and token.sort in (Sort.WORD, Sort.NUMERAL, Sort.CUT)
    if number.sort is not Sort.NUMERAL:
        return False
    return token.sort is Sort.CUT or (token.sort is Sort.WORD and _SUFFIX.fullmatch(token.text) is None)


@lru_cache(maxsize=4096)
def _folded(piece: str) -> str:
    if piece.isascii():
        return piece.lower()
    decomposed = unicodedata.normalize("NFKD", piece.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
