"""Does the customer want no more messages? Decided by code alone, never by what a model makes of a text."""

from __future__ import annotations

import re

from bot_core.normalization import fold
from bot_core.offline.lexicon import lexicon_file, pattern

PAYLOAD = "opt_out"
_LONGEST = 300
"""Characters: who wants to leave is brief; longer texts are about something else."""
_NOT_LETTERS = re.compile(r"[^a-z]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")


def is_opt_out(text: str, button_payload: str | None) -> bool:
    """True for BAJA, STOP and the like alone, and for a sentence that asks to end the messages.

    Case, accents and punctuation do not matter; "la mensualidad más baja" and "un auto alto" are no opt-out.
    """
    if button_payload == PAYLOAD:
        return True
    if len(text) > _LONGEST:
        return False
    folded = fold(_INVISIBLE.sub("", text))
    bare = _NOT_LETTERS.sub(" ", folded).strip()
    commands = lexicon_file("opt_out")["commands"]
    if bare in commands or any(_NOT_LETTERS.sub(" ", line).strip() in commands for line in fold_lines(text)):
        return True
    return bool(pattern("opt_out", "sentences").search(bare)) and not pattern("opt_out", "except").search(bare)


def fold_lines(text: str) -> list[str]:
    """The lines of a burst, each folded."""
    return [fold(line) for line in text.splitlines()]
