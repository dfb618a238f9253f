"""Spanish or English, by the words that only one of them uses; a message that says too little changes nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from bot_core.messages import Language
from bot_core.offline.lexicon import lexicon_file
from bot_core.offline.reading import folded

_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str, current: Language) -> Language:
    """`text` without cars' names, which belong to no language."""
    spanish, english = _words()
    words = _WORD.findall(folded(text))
    in_spanish = sum(word in spanish for word in words)
    in_english = sum(word in english for word in words)
    if in_english == in_spanish:
        return current
    if in_english > in_spanish:
        return Language.ENGLISH
    return Language.SPANISH


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str]]:
    data = lexicon_file("language")
    spanish, english = frozenset(data["es"]), frozenset(data["en"])
    return spanish - english, english - spanish
