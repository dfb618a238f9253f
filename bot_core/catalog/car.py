"""A car in stock and the questions that can be asked of a catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot_core.intents import BodyType, Feature, SortOrder, Transmission


@dataclass(frozen=True, slots=True)
class Car:
    """One row of the catalogue, normalised. None is "unknown", never "no".

    `price` in MXN, `km` in kilometres, dimensions in millimetres. Transmission and body type are not columns of the
    file: they are inferred, and whoever shows them says so.
    """

    stock_id: str
    make: str
    model: str
    version: str
    year: int
    price: Decimal
    km: int
    bluetooth: bool | None
    car_play: bool | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    transmission: Transmission | None
    """Inferred from `version`."""
    body_type: BodyType | None
    """Inferred from make and model."""

    @property
    def label(self) -> str:
        """ "Nissan Versa Advance 2019"."""
        return " ".join(part for part in (self.make, self.model, self.version, str(self.year)) if part)


class CarWish(BaseModel):
    """A make, model or version that the customer named, in the catalogue's own spelling when it has one."""

    model_config = ConfigDict(frozen=True)

    make: str | None = None
    model: str | None = None
    version: str | None = None


class SearchCriteria(BaseModel):
    """What the customer looks for. Absent means "any". Amounts in MXN, distances in km."""

    model_config = ConfigDict(frozen=True)

    wishes: tuple[CarWish, ...] = ()
    """Any of these; empty for any car."""
    year_min: int | None = None
    year_max: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    km_max: int | None = None
    transmission: Transmission | None = None
    body_type: BodyType | None = None
    features: tuple[Feature, ...] = ()
    sort: SortOrder = SortOrder.BEST
    excluded_stock_ids: tuple[str, ...] = ()
    """Cars already shown, when the customer asks for more."""

    @property
    def is_empty(self) -> bool:
        return self == SearchCriteria(sort=self.sort, excluded_stock_ids=self.excluded_stock_ids)


class Constraint(StrEnum):
    """What a search may have to give up, from the first to go to the last."""

    FEATURES = "features"
    KM = "km"
    YEAR = "year"
    TRANSMISSION = "transmission"
    PRICE = "price"
    VERSION = "version"
    BODY_TYPE = "body_type"
    MODEL = "model"
    MAKE = "make"


class RankedCar(BaseModel):
    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    car: Car
    reasons: tuple[str, ...] = ()
    """Stable English names of what speaks for it: "cheapest", "lowest_km", "newest" (of all that match,
    and the only one), "under_budget", "exact_model"."""


class SearchResult(BaseModel):
    """What a search found. When nothing matched all, `cars` are alternatives and `relaxed` says what was given up."""

    model_config = ConfigDict(frozen=True)

    criteria: SearchCriteria
    """What was asked, without the wishes in `absent`; an absent model alone leaves its make, when that is in stock."""
    cars: tuple[RankedCar, ...]
    total: int
    """How many cars matched, shown or not."""
    relaxed: tuple[Constraint, ...] = ()
    absent: tuple[CarWish, ...] = ()
    """Wishes of which the catalogue has no car at all, whatever the other criteria."""

    @property
    def are_alternatives(self) -> bool:
        return bool(self.relaxed) or bool(self.absent)


@dataclass(frozen=True, slots=True)
class CarMention:
    """A make, model or version in free text, exact or misspelt. `start:end` are offsets in the text as received."""

    start: int
    end: int
    make: str | None
    model: str | None
    version: str | None
    score: float
    """0-100; 100 is an exact match after folding."""
    in_stock: bool
    """False for makes and models of the Mexican market that this catalogue does not hold."""
