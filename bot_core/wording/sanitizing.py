"""Customer-controlled strings as they may be shown: a name is data, never formatting, a link or a second line."""

from __future__ import annotations

import re
import unicodedata

NAME_CAP = 40
DAY_CAP = 60
PLACE_CAP = 60
QUESTION_CAP = 300

_FORMATTING = re.compile(r"[*_~`]")
_LINK = re.compile(r"\S*(?:://|www\.|@)\S*|\b[\w-]+\.(?:com|mx|net|org|io|app|ly|info|me|co)\b\S*", re.IGNORECASE)
_MONEY_SIGNS = re.compile(r"[$€£%]")
_NOT_IN_A_NAME = re.compile(r"[^\w\s.'’-]|\d", re.UNICODE)
_BLANKS = re.compile(r"\s+")


def plain(text: str | None, cap: int) -> str:
    """`text` on one line without control characters, WhatsApp formatting or links, at most `cap` characters.

    Cut between words. Empty when nothing showable is left.
    """
    visible = "".join(" " if _breaks(char) else char for char in text or "" if not _invisible(char))
    bare = _FORMATTING.sub("", _LINK.sub(" ", _FORMATTING.sub("", visible)))
    return _cut(_BLANKS.sub(" ", bare).strip(), cap)


def person_name(text: str | None) -> str:
    """Letters, blanks and the signs of a name only: `"Ana *$1*\\n"` → `"Ana"`."""
    return plain(_NOT_IN_A_NAME.sub(" ", plain(text, NAME_CAP * 4)), NAME_CAP).strip(" .'’-")


def day_as_said(text: str | None) -> str:
    """ "mañana a las 11"; signs of money are dropped, since a day holds none."""
    return plain(_MONEY_SIGNS.sub("", text or ""), DAY_CAP)


def place_name(text: str | None) -> str:
    return plain(_MONEY_SIGNS.sub("", text or ""), PLACE_CAP)


def _breaks(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Zl", "Zp")


def _invisible(char: str) -> bool:
    """Control, format (zero-width, direction marks), surrogate and private characters; not line breaks."""
    return unicodedata.category(char).startswith("C") and not char.isspace()


def _cut(text: str, cap: int) -> str:
    if len(text) <= cap:
        return text
    head = text[: cap - 1]
    at = head.rfind(" ")
    return (head[:at] if at > cap // 2 else head).rstrip(" ,.;:-") + "…"
