"""What matches, and when nothing does, what is nearest and which wish was given up for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

import numpy as np

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria, SearchResult
from bot_core.catalog.columns import CarColumns, Mask
from bot_core.catalog.ranking import Indices, ranked
from bot_core.intents import SortOrder

_NAMES = frozenset({Constraint.MAKE, Constraint.MODEL})


def search(
    criteria: SearchCriteria,
    cars: Sequence[Car],
    columns: CarColumns,
    *,
    absent: tuple[CarWish, ...],
    excluded: Mask,
    limit: int,
) -> SearchResult:
    """`absent` are the wishes of which the catalogue holds no car; `excluded` marks cars not to come back."""
    asked = _present(criteria, absent)
    masks = columns.masks(asked)
    matching = _matching(masks, (), excluded)
    if len(matching):
        return _result(criteria, asked, matching, cars, columns, limit=limit, absent=absent)
    for given_up in _relaxations(masks):
        matching = _matching(masks, given_up, excluded)
        if len(matching):
            near = _nearest(asked, given_up)
            return _result(criteria, near, matching, cars, columns, limit=limit, absent=absent, relaxed=given_up)
    return SearchResult(criteria=criteria, cars=(), total=0, absent=absent)


def _present(criteria: SearchCriteria, absent: tuple[CarWish, ...]) -> SearchCriteria:
    """The criteria without the wishes that cannot be met; a make in stock still serves for an absent model of it."""
    if not absent:
        return criteria
    return criteria.model_copy(update={"wishes": tuple(wish for wish in criteria.wishes if wish not in absent)})


def _matching(masks: Mapping[Constraint, Mask], given_up: Sequence[Constraint], excluded: Mask) -> Indices:
    kept = [mask for constraint, mask in masks.items() if constraint not in given_up]
    matching: Indices = np.flatnonzero(np.logical_and.reduce([*kept, ~excluded]))
    return matching


def _relaxations(masks: Mapping[Constraint, Mask]) -> Iterator[tuple[Constraint, ...]]:
    """One constraint at a time in the order of Constraint, then pairs, then more. The name of the car goes last of all."""
    order = [constraint for constraint in Constraint if constraint in masks]
    soft = [constraint for constraint in order if constraint not in _NAMES]
    for size in range(1, len(soft) + 1):
        yield from combinations(soft, size)
    for names in ((Constraint.MODEL, Constraint.VERSION), (Constraint.MAKE, Constraint.MODEL, Constraint.VERSION)):
        gone = tuple(name for name in names if name in masks)
        if gone:
            for size in range(len(soft) + 1):
                for more in combinations([c for c in soft if c not in gone], size):
                    yield (*more, *gone)


def _nearest(criteria: SearchCriteria, given_up: Sequence[Constraint]) -> SearchCriteria:
    """Order the alternatives by how little they miss what was given up."""
    if criteria.sort is not SortOrder.BEST:
        return criteria
    sort = criteria.sort
    if Constraint.PRICE in given_up:
        sort = SortOrder.CHEAPEST if criteria.price_max is not None else SortOrder.DEAREST
    elif Constraint.KM in given_up:
        sort = SortOrder.LOWEST_KM
    elif Constraint.YEAR in given_up and criteria.year_min is not None:
        sort = SortOrder.NEWEST
    return criteria.model_copy(update={"sort": sort})


def _result(
    asked: SearchCriteria,
    ordering: SearchCriteria,
    matching: Indices,
    cars: Sequence[Car],
    columns: CarColumns,
    *,
    limit: int,
    absent: tuple[CarWish, ...],
    relaxed: tuple[Constraint, ...] = (),
) -> SearchResult:
    if Constraint.PRICE in relaxed:
        matching = _above_what_was_asked(asked.price_max, asked.price_min, matching, columns)
    return SearchResult(
        criteria=asked,
        cars=ranked(matching, cars, columns, ordering, limit),
        total=len(matching),
        relaxed=relaxed,
        absent=absent,
    )


def _above_what_was_asked(
    price_max: Decimal | None, price_min: Decimal | None, matching: Indices, columns: CarColumns
) -> Indices:
    """A price range that is given up is missed on the side that is nearer to it."""
    if price_max is None or price_min is None:
        return matching
    middle = int((price_max + price_min) * 50)
    distance = np.abs(columns.price[matching] - middle)
    nearest: Indices = matching[np.argsort(distance, kind="stable")[:20]]
    return nearest
