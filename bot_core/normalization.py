"""Text folding for matching. What a customer wrote is stored and shown as received; only matching folds it."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")


def fold(text: str) -> str:
    """Lower case, no accents (ñ becomes n), single blanks: `"Él  Añejo "` → `"el anejo"`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _BLANKS.sub(" ", bare).strip()
