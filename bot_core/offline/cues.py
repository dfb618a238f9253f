"""Words that tell what kind of wish a message holds. A stretch of text belongs to the first group that claims it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot_core.offline.findings import overlaps
from bot_core.offline.lexicon import pattern, patterns
from bot_core.offline.reading import Reading


@dataclass(frozen=True, slots=True)
class Cue:
    """`group` is a name of lexicon/intents.yaml."""

    group: str
    start: int
    end: int


def find_cues(text: str) -> tuple[Cue, ...]:
    """All cues of `text` (mended), in its order."""
    claimed: list[tuple[int, int]] = []
    cues: list[Cue] = []
    for group, words in patterns("intents", "groups").items():
        found = [match.span() for match in words.finditer(text) if not overlaps(claimed, *match.span())]
        claimed += found
        cues += [Cue(group, *span) for span in found]
    return tuple(sorted(cues, key=lambda cue: cue.start))


def attack_spans(reading: Reading) -> tuple[tuple[int, int], ...]:
    """Sentences (of the mended text) that try to make the bot break a rule; a real wish beside it is no part."""
    text = reading.mended
    found = [match.span() for name in ("unsafe", "encoded") for match in pattern("attacks", name).finditer(text)]
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not spans or end > spans[-1][1]:
            spans.append(_sentence(text, start, end))
    return tuple(spans)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    first = max(text.rfind(mark, 0, start) for mark in ".!?\n;") + 1
    last = next((place for place in range(end, len(text)) if text[place] in ".!?\n;"), len(text))
    wish = pattern("attacks", "sure_search").search(text, end, last)
    if wish:
        last = wish.start()
    before = [match.end() for match in pattern("attacks", "sure_search").finditer(text, first, start)]
    if before and (comma := max(text.rfind(mark, before[-1], start) for mark in (",", " y ", " and ", " pero "))) > 0:
        first = comma
    return first, last


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans between full stops, question marks and line breaks."""
    start = 0
    for place, char in enumerate(text):
        if char in "?!\n;" or (char == "." and not text[place + 1 : place + 2].isdigit()):
            yield start, place + 1
            start = place + 1
    if start < len(text):
        yield start, len(text)
