"""The day and time of a visit, kept as the customer said them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot_core.offline.findings import Finding
from bot_core.offline.lexicon import pattern, preceding
from bot_core.offline.reading import Reading

_TIME_LENGTH = 32
"""Characters before a day in which its time is looked for."""


def read_days(reading: Reading, *, asked: bool) -> Iterator[Finding]:
    """One finding for the first day of the message with the time beside it.

    A time without a day counts only when the bot has just asked for the day (`asked`).
    """
    text = reading.mended
    day = _day().search(text)
    if day:
        start = _start_of_time_before(text, day.start())
        yield _finding(reading, start, _end_of_time_after(text, day.end()))
    elif asked and (time := pattern("days", "time").search(text)):
        yield _finding(reading, *time.span())


def _finding(reading: Reading, start: int, end: int) -> Finding:
    said = reading.original(start, end).strip(" ,")
    return Finding("day", re.sub(r"\s+", " ", said), start, end)


def _start_of_time_before(text: str, day: int) -> int:
    """ "a las 5 del sábado"."""
    first = max(0, day - _TIME_LENGTH)
    before = preceding("days", "time_before").search(text[first:day])
    return first + before.start() if before else day


def _end_of_time_after(text: str, end: int) -> int:
    """ "mañana por la tarde, como a las 5"."""
    for _ in range(2):
        time = _time_after().match(text, end)
        if not time:
            break
        end = time.end()
    return end


@lru_cache(maxsize=1)
def _day() -> re.Pattern[str]:
    return re.compile(f"{pattern('days', 'day').pattern}|{pattern('days', 'tomorrow').pattern}")


@lru_cache(maxsize=1)
def _time_after() -> re.Pattern[str]:
    return re.compile(rf"[\s,]*(?:{pattern('days', 'joint').pattern})?\s*{pattern('days', 'time').pattern}")
