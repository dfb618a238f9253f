"""What customers send besides words, named as the simulator's phone names it. It is kept by its kind: "[audio]"."""

from __future__ import annotations

import re

from workbench.texts.texts import section, text

MARKS = {
    "image": "🖼️",
    "audio": "🎤",
    "video": "🎬",
    "document": "📄",
    "location": "📍",
    "contact": "👤",
    "sticker": "🏷️",
}
"""Of the phone's own bubbles."""
_SENT = re.compile(rf"^\[(text|button|{'|'.join(MARKS)})\] *(.*)$", re.MULTILINE)


def media_named(said: str) -> str:
    """
    >>> media_named("[image] mi auto")
    '🖼️ Foto: mi auto'
    """
    return _SENT.sub(_named, said)


def _named(found: re.Match[str]) -> str:
    kind, words = found.groups()
    if kind not in MARKS:
        return words or text("conversations.no_words")
    name = f"{MARKS[kind]} {section('phone')[kind]}"
    return f"{name}: {words}" if words else name
