"""The catalogue as arrays, so that a filter over 100,000 cars is a handful of vector operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria
from bot_core.catalog.reference import name_key
from bot_core.intents import BodyType, Feature, Transmission

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.integer[Any]]
Value = TypeVar("Value", bound=Hashable)

_UNKNOWN = -1
_CENTS = Decimal(100)


class Coded(Generic[Value]):
    """A column of few distinct values: a code for each car, -1 where the value is unknown."""

    def __init__(self, values: Iterable[Value | None], count: int) -> None:
        self.table: dict[Value, int] = {}
        self._codes = np.fromiter(
            (_UNKNOWN if value is None else self.table.setdefault(value, len(self.table)) for value in values),
            np.int32,
            count,
        )

    def equals(self, value: Value) -> Mask:
        """An unknown value equals nothing."""
        return self.among([self.table[value]] if value in self.table else [])

    def among(self, codes: Sequence[int]) -> Mask:
        mask: Mask = self._codes == codes[0] if len(codes) == 1 else np.isin(self._codes, codes)
        return mask


class CarColumns:
    """One array for each column, in the catalogue's order."""

    def __init__(self, cars: Sequence[Car]) -> None:
        count = len(cars)
        self._count = count
        self.price = np.fromiter((int(car.price * _CENTS) for car in cars), np.int64, count)
        """MXN cents"""
        self.km = np.fromiter((car.km for car in cars), np.int32, count)
        self.year = np.fromiter((car.year for car in cars), np.int16, count)
        self.length = np.fromiter((car.length_mm or 0 for car in cars), np.int16, count)
        """mm; 0 is unknown"""
        self.rank = np.empty(count, np.int32)
        """Place of each car by stock_id: the last tie-break, so that the order of the file does not matter."""
        self.rank[sorted(range(count), key=lambda index: cars[index].stock_id)] = np.arange(count, dtype=np.int32)
        self.body: Coded[BodyType] = Coded((car.body_type for car in cars), count)
        self._transmission: Coded[Transmission] = Coded((car.transmission for car in cars), count)
        self._make: Coded[str] = Coded((car.make for car in cars), count)
        self._model: Coded[tuple[str, str]] = Coded(((car.make, car.model) for car in cars), count)
        self._version: Coded[str] = Coded((car.version for car in cars), count)
        self._version_words = _versions_by_word(self._version.table)
        self._features = {
            Feature.BLUETOOTH: np.fromiter((car.bluetooth is True for car in cars), np.bool_, count),
            Feature.CAR_PLAY: np.fromiter((car.car_play is True for car in cars), np.bool_, count),
        }

    def masks(self, criteria: SearchCriteria) -> dict[Constraint, Mask]:
        """For each constraint that `criteria` makes, the cars that satisfy it. What is unknown satisfies nothing."""
        masks: dict[Constraint, Mask] = {}
        if criteria.features:
            masks[Constraint.FEATURES] = np.logical_and.reduce([self._features[f] for f in criteria.features])
        if criteria.km_max is not None:
            masks[Constraint.KM] = self.km <= criteria.km_max
        if criteria.year_min is not None or criteria.year_max is not None:
            masks[Constraint.YEAR] = _within(self.year, criteria.year_min, criteria.year_max)
        if criteria.transmission is not None:
            masks[Constraint.TRANSMISSION] = self._transmission.equals(criteria.transmission)
        if criteria.price_min is not None or criteria.price_max is not None:
            masks[Constraint.PRICE] = _within(self.price, *price_bounds(criteria))
        if criteria.body_type is not None:
            masks[Constraint.BODY_TYPE] = self.body.equals(criteria.body_type)
        return masks | self._wish_masks(criteria.wishes)

    def has_make(self, make: str | None) -> bool:
        return make in self._make.table

    def _wish_masks(self, wishes: Sequence[CarWish]) -> dict[Constraint, Mask]:
        """Version narrows model, model narrows make: giving one up leaves the wider wish."""
        if not wishes:
            return {}
        masks = {Constraint.MAKE: _any([self._make_mask(wish) for wish in wishes])}
        if any(wish.model for wish in wishes):
            masks[Constraint.MODEL] = _any([self._model_mask(wish) for wish in wishes])
        if any(wish.version for wish in wishes):
            masks[Constraint.VERSION] = _any([self._model_mask(w) & self._version_mask(w) for w in wishes])
        return masks

    def _make_mask(self, wish: CarWish) -> Mask:
        if wish.make is None:
            return self._model_mask(wish) if wish.model else np.ones(self._count, np.bool_)
        return self._make.equals(wish.make)

    def _model_mask(self, wish: CarWish) -> Mask:
        if wish.model is None:
            return self._make_mask(wish)
        table = self._model.table
        wanted = [code for (make, model), code in table.items() if model == wish.model and wish.make in (None, make)]
        return self._model.among(wanted)

    def _version_mask(self, wish: CarWish) -> Mask:
        """Cars whose version holds every word of the wish."""
        if wish.version is None:
            return np.ones(self._count, np.bool_)
        words = [self._version_words.get(name_key(word), frozenset()) for word in wish.version.split()]
        return self._version.among(sorted(frozenset.intersection(*words)) if words else [])


def price_bounds(criteria: SearchCriteria) -> tuple[int | None, int | None]:
    """Smallest and largest price in cents."""
    low, high = criteria.price_min, criteria.price_max
    return (
        None if low is None else int((low * _CENTS).to_integral_value(ROUND_CEILING)),
        None if high is None else int((high * _CENTS).to_integral_value(ROUND_FLOOR)),
    )


def beyond(values: Integers, low: int | None, high: int | None) -> npt.NDArray[np.float64]:
    """How far each value lies outside the bounds; 0 inside."""
    below = np.zeros(len(values)) if low is None else float(low) - values
    above = np.zeros(len(values)) if high is None else values - float(high)
    return np.maximum(np.maximum(below, above), 0.0)


def _versions_by_word(versions: dict[str, int]) -> dict[str, frozenset[int]]:
    """Word of a version (its key) → codes of the versions that hold it."""
    codes: dict[str, set[int]] = defaultdict(set)
    for version, code in versions.items():
        for word in version.split():
            codes[name_key(word)].add(code)
    return {word: frozenset(found) for word, found in codes.items()}


def _within(values: Integers, low: int | None, high: int | None) -> Mask:
    mask: Mask = np.ones(len(values), np.bool_)
    if low is not None:
        mask &= values >= low
    if high is not None:
        mask &= values <= high
    return mask


def _any(masks: Sequence[Mask]) -> Mask:
    result: Mask = np.logical_or.reduce(masks)
    return result
