"""Which of the matching cars come first, and what truthfully speaks for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bot_core.catalog.car import Car, RankedCar, SearchCriteria
from bot_core.catalog.columns import CarColumns
from bot_core.intents import SortOrder

Indices = npt.NDArray[np.intp]

_BEST_AMONG = 400
"""Cars looked at one by one after the vector sort: enough for variety, few enough for a large catalogue."""


def ranked(
    indices: Indices, cars: Sequence[Car], columns: CarColumns, criteria: SearchCriteria, limit: int
) -> tuple[RankedCar, ...]:
    """The first `limit` of `indices` in the order that `criteria.sort` asks; ties by price, km, stock_id."""
    ordered = _ordered(indices, columns, criteria.sort)
    head = [cars[int(index)] for index in ordered[:_BEST_AMONG]]
    head.sort(key=_tie_break(criteria.sort, columns, ordered, head))
    chosen = _varied(head, limit)
    return tuple(RankedCar(car=car, reasons=_reasons(car, indices, columns, criteria)) for car in chosen)


def _score(indices: Indices, columns: CarColumns, sort: SortOrder) -> npt.NDArray[np.float64]:
    """Small is good."""
    price, km, year = columns.price[indices], columns.km[indices], columns.year[indices]
    match sort:
        case SortOrder.CHEAPEST:
            return price.astype(np.float64)
        case SortOrder.DEAREST:
            return -price.astype(np.float64)
        case SortOrder.NEWEST:
            return -year.astype(np.float64)
        case SortOrder.LOWEST_KM:
            return km.astype(np.float64)
        case SortOrder.LARGEST:
            return -columns.length[indices].astype(np.float64)
        case _:
            # Price, use and age each in their own range, so that none drowns the others.
            return _scaled(price) + _scaled(km) - _scaled(year)


def _scaled(values: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:  # type: ignore[type-arg]
    if not len(values):
        return np.zeros(0)
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros(len(values))


def _ordered(indices: Indices, columns: CarColumns, sort: SortOrder) -> Indices:
    order = np.lexsort((columns.km[indices], columns.price[indices], _score(indices, columns, sort)))
    return indices[order]


def _tie_break(
    sort: SortOrder, columns: CarColumns, ordered: Indices, head: Sequence[Car]
) -> Callable[[Car], tuple[float, object, int, str]]:
    scores = dict(zip([car.stock_id for car in head], _score(ordered, columns, sort), strict=False))
    return lambda car: (round(float(scores[car.stock_id]), 9), car.price, car.km, car.stock_id)


def _varied(cars: Sequence[Car], limit: int) -> list[Car]:
    """Near-twins give way to distinct cars, but are shown when nothing else matches."""
    distinct: dict[tuple[object, ...], Car] = {}
    twins: list[Car] = []
    for car in cars:
        twin = (car.make, car.model, car.version, car.year)
        if twin in distinct:
            twins.append(car)
        else:
            distinct[twin] = car
    return [*distinct.values(), *twins][:limit]


def _reasons(car: Car, indices: Indices, columns: CarColumns, criteria: SearchCriteria) -> tuple[str, ...]:
    reasons = []
    if len(indices) > 1:
        if int(car.price * 100) == int(columns.price[indices].min()):
            reasons.append("cheapest")
        if car.km == int(columns.km[indices].min()):
            reasons.append("lowest_km")
        if car.year == int(columns.year[indices].max()):
            reasons.append("newest")
    if criteria.price_max is not None and car.price <= criteria.price_max:
        reasons.append("under_budget")
    if any(wish.model == car.model for wish in criteria.wishes):
        reasons.append("exact_model")
    return tuple(reasons)
