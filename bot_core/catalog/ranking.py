"""Which of the matching cars come first, and what truthfully speaks for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot_core.catalog.car import Car, CarWish, Constraint, RankedCar, SearchCriteria
from bot_core.catalog.columns import CarColumns, Integers, beyond, price_bounds
from bot_core.catalog.reference import market_reference
from bot_core.intents import BodyType, SortOrder

Indices = npt.NDArray[np.intp]
Scores = npt.NDArray[np.float64]

_BEST_AMONG = 400
"""Cars looked at one by one: enough for variety, few enough for a large catalogue."""
_YEARS = 10.0
"""As far off as twice the price or twice the kilometres."""


@dataclass(frozen=True, slots=True)
class Match:
    """The cars that fit `criteria` without `relaxed`."""

    criteria: SearchCriteria
    relaxed: tuple[Constraint, ...]
    absent: tuple[CarWish, ...]
    indices: Indices
    """To be ranked."""
    among: Indices
    """The same with those that were shown before: "the cheapest" is the cheapest of all these."""


def ranked(match: Match, cars: Sequence[Car], columns: CarColumns, limit: int) -> tuple[RankedCar, ...]:
    """The first `limit` in the order that the criteria ask; ties by price, km, stock_id."""
    head = [cars[index] for index in _first(match, columns).tolist()]
    praise = _Praise(match, columns)
    return tuple(RankedCar(car=car, reasons=praise.of(car)) for car in _varied(head)[:limit])


def _first(match: Match, columns: CarColumns) -> Indices:
    """The best cars in order. Sorting only what can be among the first keeps a large catalogue fast."""
    indices, scores = match.indices, _scores(match, columns)
    if len(indices) > _BEST_AMONG:
        near = scores <= np.partition(scores, _BEST_AMONG - 1)[_BEST_AMONG - 1]
        indices, scores = indices[near], scores[near]
    keys = (columns.rank[indices], columns.km[indices], columns.price[indices], np.round(scores, 9))
    ordered: Indices = indices[np.lexsort(keys)[:_BEST_AMONG]]
    return ordered


def _scores(match: Match, columns: CarColumns) -> Scores:
    """Small is good. Nearness to what was asked comes before any order: a dearer car is no answer to "más barato"."""
    nearness = _missed(match, columns) + _unlike(match, columns)
    return nearness * 1000 + _scaled(_preference(match, columns))


def _preference(match: Match, columns: CarColumns) -> Scores:
    price, km, year = (values[match.indices].astype(np.float64) for values in (columns.price, columns.km, columns.year))
    match match.criteria.sort:
        case SortOrder.CHEAPEST:
            return price
        case SortOrder.DEAREST:
            return -price
        case SortOrder.NEWEST:
            return -year
        case SortOrder.LOWEST_KM:
            return km
        case SortOrder.LARGEST:
            return -columns.length[match.indices].astype(np.float64)
        case SortOrder.BEST:
            # Price, use and age each in their own range, so that none drowns the others.
            return _scaled(price) + _scaled(km) - _scaled(year)


def _scaled(values: Scores) -> Scores:
    if not len(values):
        return values
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros(len(values))


def _missed(match: Match, columns: CarColumns) -> Scores:
    """How far each alternative lies from the numbers that were asked and given up."""
    criteria, indices = match.criteria, match.indices
    missed: Scores = np.zeros(len(indices))
    if Constraint.PRICE in match.relaxed:
        low, high = price_bounds(criteria)
        missed += beyond(columns.price[indices], low, high) / max(high or low or 0, 1)
    if Constraint.KM in match.relaxed:
        missed += beyond(columns.km[indices], None, criteria.km_max) / max(criteria.km_max or 0, 1)
    if Constraint.YEAR in match.relaxed:
        missed += beyond(columns.year[indices], criteria.year_min, criteria.year_max) / _YEARS
    return missed


def _unlike(match: Match, columns: CarColumns) -> Scores:
    """0 for a car of the same body as the one that cannot be had, else 1."""
    gone = match.absent if match.absent else match.criteria.wishes if Constraint.MODEL in match.relaxed else ()
    bodies = frozenset(_bodies(gone))
    if not bodies or Constraint.BODY_TYPE in match.relaxed:
        return np.zeros(len(match.indices))
    alike = np.logical_or.reduce([columns.body.equals(body)[match.indices] for body in bodies])
    return np.where(alike, 0.0, 1.0)


def _bodies(wishes: Iterable[CarWish]) -> Iterable[BodyType]:
    reference = market_reference()
    known = (reference.model(wish.make, wish.model) for wish in wishes if wish.make and wish.model)
    return (model.body_type for model in known if model)


def _varied(cars: Sequence[Car]) -> list[Car]:
    """Near-twins give way to distinct cars, but are shown when nothing else matches."""
    distinct: dict[tuple[str, str, str, int], Car] = {}
    twins: list[Car] = []
    for car in cars:
        twin = (car.make, car.model, car.version, car.year)
        if twin in distinct:
            twins.append(car)
        else:
            distinct[twin] = car
    return [*distinct.values(), *twins]


class _Praise:
    """What may be said of a car. A superlative needs a single winner: "el más nuevo" of two of one year is none."""

    def __init__(self, match: Match, columns: CarColumns) -> None:
        self._criteria = match.criteria
        self._cheapest = _winner(columns.price[match.among])
        self._lowest_km = _winner(columns.km[match.among])
        self._newest = _winner(-columns.year[match.among])

    def of(self, car: Car) -> tuple[str, ...]:
        criteria = self._criteria
        praise = {
            "cheapest": int(car.price * 100) == self._cheapest,
            "lowest_km": car.km == self._lowest_km,
            "newest": -car.year == self._newest,
            "under_budget": criteria.price_max is not None and car.price <= criteria.price_max,
            "exact_model": any(wish.model == car.model and wish.make in (None, car.make) for wish in criteria.wishes),
        }
        return tuple(name for name, is_true in praise.items() if is_true)


def _winner(values: Integers) -> int | None:
    """The smallest of several values, when only one has it."""
    if len(values) < 2:
        return None
    smallest = values.min()
    return int(smallest) if np.count_nonzero(values == smallest) == 1 else None
