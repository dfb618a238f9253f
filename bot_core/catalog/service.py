"""The cars in stock: by id, by wishes, by the names in a text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from bot_core.catalog.car import Car, CarMention, CarWish, SearchCriteria, SearchResult
from bot_core.catalog.columns import CarColumns
from bot_core.catalog.loader import parse_cars, read_cars
from bot_core.catalog.mentions import DEFAULT_SCORE, CarNames
from bot_core.catalog.search import search

_NEAR_ENOUGH = 78.0
"""For names that are known to be names; free text needs DEFAULT_SCORE."""


class CarDataService:
    """An immutable catalogue, safe to share between threads."""

    def __init__(self, cars: Sequence[Car], *, source: str = "memory") -> None:
        self.cars = tuple(cars)
        self.source = source
        self._by_id = {car.stock_id: car for car in self.cars}
        self._position = {car.stock_id: index for index, car in enumerate(self.cars)}
        self._columns = CarColumns(self.cars)
        self._names = CarNames(self.cars)

    @classmethod
    def from_csv(cls, path: Path) -> CarDataService:
        """Load a catalogue file. Raises CatalogError that names every faulty row and column."""
        return cls(read_cars(path), source=str(path))

    @classmethod
    def from_text(cls, text: str, *, source: str) -> CarDataService:
        """The same from the text of an uploaded file. Raises CatalogError."""
        return cls(parse_cars(text, source=source), source=source)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the cars: two files with the same cars in the same order share it."""
        digest = hashlib.sha256()
        for car in self.cars:
            digest.update(repr(car).encode())
        return digest.hexdigest()

    def get(self, stock_id: str) -> Car | None:
        return self._by_id.get(stock_id)

    def search(self, criteria: SearchCriteria, *, limit: int = 3) -> SearchResult:
        """At most `limit` cars that fit, best first; else the nearest alternatives, with what was given up."""
        excluded = np.zeros(len(self.cars), np.bool_)
        excluded[[self._position[i] for i in criteria.excluded_stock_ids if i in self._position]] = True
        absent = tuple(wish for wish in criteria.wishes if not self._holds(wish))
        return search(criteria, self.cars, self._columns, absent=absent, excluded=excluded, limit=limit)

    def resolve(self, make: str | None, model: str | None, version: str | None = None) -> CarWish:
        """The catalogue's own spelling of a name that may be misspelt; a name that is near nothing stays as it is."""
        known_make = self._names.nearest(make, min_score=_NEAR_ENOUGH)[0] if make else None
        if model is None:
            return CarWish(make=known_make or make, version=version)
        # "Mazda" and "3" are the Mazda 3: some models carry their make's name.
        for name in (model, f"{known_make} {model}"):
            if known_make and (own := self._names.model_of(known_make, name, min_score=_NEAR_ENOUGH)):
                return CarWish(make=known_make, model=own, version=version)
        owner, near, _ = self._names.nearest(model, min_score=_NEAR_ENOUGH)
        if near:
            return CarWish(make=owner, model=near, version=version)
        return CarWish(make=known_make or make, model=model, version=version)

    def mentions(self, text: str, *, min_score: float = DEFAULT_SCORE) -> tuple[CarMention, ...]:
        """Makes, models and versions in free text; `min_score` 100 takes exact names only."""
        return self._names.mentions(text, min_score=min_score)

    def _holds(self, wish: CarWish) -> bool:
        if wish.make is None:
            return wish.model is None or any(model == wish.model for _, model in self._names.stock)
        return (wish.make, wish.model) in self._names.stock
