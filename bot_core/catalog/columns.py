"""The catalogue as arrays, so that a filter over 100,000 cars is a handful of vector operations."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria
from bot_core.catalog.reference import name_key
from bot_core.intents import Feature

Mask = npt.NDArray[np.bool_]

_UNKNOWN = -1


class CarColumns:
    """One array for each column, in the catalogue's order."""

    def __init__(self, cars: Sequence[Car]) -> None:
        self._cars = cars
        self.price = np.fromiter((int(car.price * 100) for car in cars), np.int64, len(cars))
        """MXN cents"""
        self.km = np.fromiter((car.km for car in cars), np.int32, len(cars))
        self.year = np.fromiter((car.year for car in cars), np.int16, len(cars))
        self.length = np.fromiter((car.length_mm or 0 for car in cars), np.int16, len(cars))
        self._transmission = _codes([car.transmission for car in cars])
        self._body = _codes([car.body_type for car in cars])
        self._make = _codes([car.make for car in cars])
        self._model = _codes([(car.make, car.model) for car in cars])
        self._version = _codes([car.version for car in cars])
        self._features = {
            Feature.BLUETOOTH: np.fromiter((car.bluetooth is True for car in cars), np.bool_, len(cars)),
            Feature.CAR_PLAY: np.fromiter((car.car_play is True for car in cars), np.bool_, len(cars)),
        }

    def masks(self, criteria: SearchCriteria) -> dict[Constraint, Mask]:
        """For each constraint that `criteria` makes, the cars that satisfy it."""
        masks: dict[Constraint, Mask] = {}
        if criteria.features:
            masks[Constraint.FEATURES] = np.logical_and.reduce([self._features[f] for f in criteria.features])
        if criteria.km_max is not None:
            masks[Constraint.KM] = self.km <= criteria.km_max
        if criteria.year_min is not None or criteria.year_max is not None:
            masks[Constraint.YEAR] = _within(self.year, criteria.year_min, criteria.year_max)
        if criteria.transmission is not None:
            masks[Constraint.TRANSMISSION] = _equal(self._transmission, criteria.transmission)
        if criteria.price_min is not None or criteria.price_max is not None:
            masks[Constraint.PRICE] = _within(self.price, _cents(criteria.price_min), _cents(criteria.price_max))
        if criteria.body_type is not None:
            masks[Constraint.BODY_TYPE] = _equal(self._body, criteria.body_type)
        return masks | self._wish_masks(criteria.wishes)

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
            return self._model_mask(wish) if wish.model else self._all(True)
        return _equal(self._make, wish.make)

    def _model_mask(self, wish: CarWish) -> Mask:
        if wish.model is None:
            return self._make_mask(wish)
        codes, table = self._model
        wanted = [code for (make, model), code in table.items() if model == wish.model and wish.make in (None, make)]
        return np.isin(codes, wanted)

    def _version_mask(self, wish: CarWish) -> Mask:
        """Cars whose version holds every word of the wish."""
        if wish.version is None:
            return self._all(True)
        words = {name_key(word) for word in wish.version.split()}
        codes, table = self._version
        wanted = [code for version, code in table.items() if words <= {name_key(word) for word in version.split()}]
        return np.isin(codes, wanted)

    def _all(self, value: bool) -> Mask:
        return np.full(len(self._cars), value, np.bool_)


Coded = tuple[npt.NDArray[np.int32], dict[object, int]]


def _codes(values: Sequence[object]) -> Coded:
    table: dict[object, int] = {}
    codes = np.fromiter(
        (_UNKNOWN if value is None else table.setdefault(value, len(table)) for value in values), np.int32, len(values)
    )
    return codes, table


def _equal(coded: Coded, value: object) -> Mask:
    codes, table = coded
    wanted = table.get(value)
    return np.zeros(len(codes), np.bool_) if wanted is None else codes == wanted


def _within(values: npt.NDArray[np.integer], low: int | None, high: int | None) -> Mask:  # type: ignore[type-arg]
    mask: Mask = np.ones(len(values), np.bool_)
    if low is not None:
        mask &= values >= low
    if high is not None:
        mask &= values <= high
    return mask


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def _any(masks: Sequence[Mask]) -> Mask:
    result: Mask = np.logical_or.reduce(masks)
    return result
