"""The customer's name, said with "soy", "me llamo" and the like, or alone when the bot has asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot_core.offline.findings import Finding
from bot_core.offline.lexicon import lexicon_file, pattern
from bot_core.offline.reading import Reading, folded

_WORD = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*\.?")
_LONGEST = 5
"""Words of a name."""


def read_name(reading: Reading, *, asked: bool) -> Iterator[Finding]:
    """One finding at most. `asked`: the bot has just asked for the name, so a message with nothing else is one."""
    for match in pattern("names", "introduced").finditer(reading.mended):
        name, end = _name_from(reading, match.end())
        if name:
            yield Finding("customer_name", name, match.start(), end)
            return
    if asked and (name := _whole_message(reading)):
        yield Finding("customer_name", name, 0, len(reading.mended))


def _name_from(reading: Reading, start: int) -> tuple[str | None, int]:
    """The words after an introduction until one that no name is made of."""
    last = reading.to_text(start)
    words: list[str] = []
    text = reading.text
    for match in _WORD.finditer(text, last):
        gap = text[last : match.start()]
        if (
            len(words) >= _LONGEST
            or gap.strip(" :," if not words else " ")
            or "\n" in gap
            or not _may_belong(match.group(), words)
        ):
            break
        words.append(match.group())
        last = match.end()
    words = _without_trailing_particles(words)
    return (_written(words), reading.to_mended(last)) if words else (None, start)


def _may_belong(word: str, words: Sequence[str]) -> bool:
    data = lexicon_file("names")
    bare = folded(word).rstrip(".")
    if words and bare in data["particles"] and bare != "y":
        return True
    if words and words[0][0].isupper() and word[0].islower():
        return False  # "Soy Ana quiero un jetta"
    return bare not in data["not_names"] and len(bare) > 1


def _without_trailing_particles(words: list[str]) -> list[str]:
    particles = lexicon_file("names")["particles"]
    while words and folded(words[-1]) in particles:
        words = words[:-1]
    return words


def _whole_message(reading: Reading) -> str | None:
    text = re.sub(r"^\W*(?:si|claro|ok|va|sale|es|sure|yes|it's)\W+", "", reading.text.strip(), flags=re.IGNORECASE)
    text = text.strip(" .,!¡¿😊🙂👍")
    words = _WORD.findall(text)
    if not 1 <= len(words) <= _LONGEST + 1 or re.sub(r"[\s'.-]|[^\W\d_]", "", text):
        return None
    data = lexicon_file("names")
    free = set(data["particles"])
    if any(folded(word).rstrip(".") in data["not_names"] and folded(word) not in free for word in words):
        return None
    return _written(words) if folded(words[0]) not in free else None


def _written(words: Sequence[str]) -> str:
    """As written; a name without a capital letter gets its own."""
    if any(word[0].isupper() and not word.isupper() for word in words):
        return " ".join(words)
    particles = lexicon_file("names")["particles"]
    return " ".join(word.lower() if folded(word) in particles else word.capitalize() for word in words)
