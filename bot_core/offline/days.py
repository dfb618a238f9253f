"""The day and time of a visit, kept as the customer said them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot_core.offline.findings import Finding
from bot_core.offline.lexicon import pattern
from bot_core.offline.reading import Reading


def read_days(reading: Reading, *, asked: bool) -> Iterator[Finding]:
    """One finding for the first day of the message with the time beside it.

    A time without a day counts only when the bot has just asked for the day (`asked`).
    """
    match = _whole().search(reading.mended)
    if match is None and asked:
        match = pattern("days", "time").search(reading.mended)
    if match:
        said = reading.original(*match.span()).strip(" ,")
        yield Finding("day", re.sub(r"\s+", " ", said), *match.span())


@lru_cache(maxsize=1)
def _whole() -> re.Pattern[str]:
    day = rf"(?:{pattern('days', 'day').pattern}|{pattern('days', 'tomorrow').pattern})"
    time = pattern("days", "time").pattern
    joint = pattern("days", "joint").pattern
    return re.compile(rf"(?:{time}\s+(?:del?\s+)?)?{day}(?:\s*(?:{joint}|,)?\s*{time}){{0,2}}")
