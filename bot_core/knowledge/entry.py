"""What the bot knows of Kavak beside the catalogue."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bot_core.messages import Frozen, Language


class Certainty(StrEnum):
    CORE = "core"
    """Published by Kavak on its own pages."""
    EXTRA = "extra"
    """Other Kavak material; always given with its date."""
    UNKNOWN = "unknown"
    """The bot does not have the fact: it says so and offers a person."""


class KnowledgeEntry(Frozen):
    """One fact. `text_es`/`text_en` are what the bot may say, word for word in the deterministic wording."""

    entry_id: str
    tags: tuple[str, ...]
    certainty: Certainty
    as_of: date
    text_es: str
    text_en: str
    questions: tuple[str, ...] = ()
    """How customers ask for it, in Spanish and English; only for retrieval."""

    def text(self, language: Language) -> str:
        return self.text_en if language is Language.ENGLISH else self.text_es


class Branch(Frozen):
    """A branch ("sede"). `hours` is None where Kavak has not published them."""

    branch_id: str
    name: str
    city: str
    state: str
    address: str
    hours: str | None = None
    hours_en: str | None = None
