"""Text folding for matching. What a customer wrote is stored and shown as received; only matching folds it."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")


def fold(text: str) -> str:
    """Lower case, no accents (ñ becomes n), single blanks: `"Él  Añejo "` → `"el anejo"`."""
    if not text.isascii():
        # Twice, because stylised capitals ("𝐕𝐞𝐫𝐬𝐚") become letters only when decomposed.
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(char for char in text if not unicodedata.combining(char))
    return _BLANKS.sub(" ", text.casefold()).strip()
