"""Digits as Mexicans and models write them: `250,000.50`, `250.000`, `100 000`, `1'250,000`, `1.2`."""

from __future__ import annotations

import re
from decimal import Decimal

_MOST_DIGITS = 15
"""Longer runs are no numbers anybody means."""
_COMMA_GROUPS = re.compile(r"\d{1,3}(?:['’´]\d{3})?(?:,\d{3})+(?:\.\d+)?|\d{1,3}['’´]\d{3}")
_DOT_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?")
_SEPARATORS = re.compile(r"[\s,'’´]")


def parse_numeral(literal: str, *, scaled: bool = False) -> Decimal | None:
    """Value of a numeral; None for a run of digits too long to be one.

    `scaled`: a word such as "millones" or "%" follows, so that one dot is a decimal point ("1.200 millones").
    """
    if sum(map(str.isdecimal, literal)) > _MOST_DIGITS:
        return None
    if _COMMA_GROUPS.fullmatch(literal):
        return Decimal(_SEPARATORS.sub("", literal))
    if _DOT_GROUPS.fullmatch(literal) and not (literal.count(".") == 1 and (scaled or Decimal(literal[0]) == 0)):
        return Decimal(literal.replace(".", "").replace(",", "."))
    return Decimal(_SEPARATORS.sub("", literal) if _has_blank(literal) else literal.replace(",", "."))


def is_grouped(literal: str) -> bool:
    """Written with separators of thousands."""
    return bool(_has_blank(literal) or _COMMA_GROUPS.fullmatch(literal) or _DOT_GROUPS.fullmatch(literal))


def _has_blank(literal: str) -> bool:
    return any(char.isspace() for char in literal)
