"""How a stock list writes makes and models, and how the bot shows them: "FORTE", "Mercedes Benz", "mazda"."""

from __future__ import annotations

from bot_core.catalog.reference import MarketReference, name_key
from bot_core.intents import BodyType


class Spelling:
    """One spelling for each make and model: the reference's, else the first one that the file uses."""

    def __init__(self, reference: MarketReference) -> None:
        self._reference = reference
        self._own: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, str], tuple[str, str, BodyType | None]] = {}

    def names(self, make_text: str, model_text: str) -> tuple[str, str, BodyType | None]:
        written = (make_text, model_text)
        if written not in self._known:
            self._known[written] = self._names(make_text, model_text)
        return self._known[written]

    def _names(self, make_text: str, model_text: str) -> tuple[str, str, BodyType | None]:
        make = self._reference.make(make_text) or self._first("", make_text)
        known = self._reference.model(make, model_text)
        if known:
            return make, known.model, known.body_type
        return make, self._first(make, model_text), None

    def _first(self, make: str, text: str) -> str:
        """The spelling that the file used first; `make` is blank for a make itself."""
        display = text.title() if text.islower() else text
        return self._own.setdefault((make, name_key(text) or text), display)
