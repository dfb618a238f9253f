"""Shorter text without a cut number: list items go first, then sentences, then words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot_core.messages import MAX_REPLY_CHARS

_ITEM = re.compile(r"\s*(?:[•\-–]|\d{1,2}[.)])\s")
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|\n")
_ELLIPSIS = "…"
_LONGEST_CLOSING = MAX_REPLY_CHARS // 4
_UNFINISHED = re.compile(r"(?:\s*\S*\d\S*)*[\s,;:·—]*$")
"""Figures at a cut lose their unit: "$235,999 · 45,000" would read as an amount."""


def is_question(line: str) -> bool:
    """A line that ends in a question, whatever short advice follows it ("¿Cuál te interesa? Dime el número.")."""
    return "?" in line[-40:]


def shortened(text: str, limit: int) -> str:
    """`text` in at most `limit` characters. The first line and a closing question stay as long as anything does."""
    if len(text) <= limit:
        return text
    body, closing = _split_closing(text)
    room = limit - (len(closing) + 2 if closing else 0)
    body = _without_sentences(_without_items(body, room), room)
    return f"{body}\n\n{closing}" if closing and body else (closing or body)


def shares(lengths: Sequence[int], total: int) -> list[int]:
    """How much of `total` each part may use: short parts keep all they need, long ones share what is left."""
    left, allowed = total, [0] * len(lengths)
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    for done, index in enumerate(order):
        allowed[index] = min(lengths[index], left // (len(order) - done))
        left -= allowed[index]
    return allowed


def _split_closing(text: str) -> tuple[str, str]:
    head, _, last = text.rpartition("\n")
    if not is_question(last) or not head.strip() or len(last) > _LONGEST_CLOSING:
        return text, ""
    return head.rstrip(), last


def _without_items(text: str, limit: int) -> str:
    """Items go from the end of the list, leaving at least one; an ellipsis says that some are gone."""
    lines = text.split("\n")
    items = [index for index, line in enumerate(lines) if _ITEM.match(line)]
    gone: set[int] = set()
    length = len(text)
    for index in reversed(items[1:]):
        if length <= limit:
            break
        length -= len(lines[index]) + 1 - (0 if gone else len(_ELLIPSIS) + 1)
        gone.add(index)
    if not gone:
        return text
    first = min(gone)
    kept = [
        _ELLIPSIS if index == first else line for index, line in enumerate(lines) if index == first or index not in gone
    ]
    return "\n".join(kept)


def _without_sentences(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, limit)]
    if ends and ends[-1] > limit // 3:
        return text[: ends[-1]].rstrip()
    at = text.rfind(" ", 0, limit - 1)
    head = text[: at if at > 0 else limit - 1]
    return _UNFINISHED.sub("", head) + _ELLIPSIS
