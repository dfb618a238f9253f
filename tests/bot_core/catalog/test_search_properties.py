"""The search against a plain reading of every criterion, over random catalogues and criteria."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from hypothesis import given, settings

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria, SearchResult
from bot_core.catalog.columns import CarColumns
from bot_core.catalog.search import search
from bot_core.catalog.service import CarDataService
from bot_core.intents import SortOrder
from tests.fakes.catalogues import catalogues, criteria, violated

EVERYTHING = 50
SOFT = [constraint for constraint in Constraint if constraint not in (Constraint.MAKE, Constraint.MODEL)]

ORDERS: dict[SortOrder, Callable[[Car], tuple[object, ...]]] = {
    SortOrder.CHEAPEST: lambda car: (car.price, car.km, car.stock_id),
    SortOrder.DEAREST: lambda car: (-car.price, car.km, car.stock_id),
    SortOrder.NEWEST: lambda car: (-car.year, car.price, car.km, car.stock_id),
    SortOrder.LOWEST_KM: lambda car: (car.km, car.price, car.stock_id),
    SortOrder.LARGEST: lambda car: (-(car.length_mm or 0), car.price, car.km, car.stock_id),
}


def searched(cars: Sequence[Car], asked: SearchCriteria, limit: int = EVERYTHING) -> SearchResult:
    """The search itself: a service would learn the names of the whole market for every example."""
    excluded = np.array([car.stock_id in asked.excluded_stock_ids for car in cars], np.bool_)
    return search(asked, cars, CarColumns(cars), absent=absent_wishes(cars, asked), excluded=excluded, limit=limit)


def absent_wishes(cars: Sequence[Car], asked: SearchCriteria) -> tuple[CarWish, ...]:
    stock: set[tuple[str | None, str | None]] = {(car.make, car.model) for car in cars}
    stock |= {(car.make, None) for car in cars} | {(None, car.model) for car in cars} | {(None, None)}
    return tuple(wish for wish in asked.wishes if (wish.make, wish.model) not in stock)


def left(cars: Sequence[Car], asked: SearchCriteria) -> list[Car]:
    return [car for car in cars if car.stock_id not in asked.excluded_stock_ids]


@settings(max_examples=150, deadline=None)
@given(cars=catalogues(), asked=criteria())
def test_all_matches_and_only_matches(cars: Sequence[Car], asked: SearchCriteria) -> None:
    result = searched(cars, asked)
    matching = {car.stock_id for car in left(cars, result.criteria) if not violated(car, result.criteria)}

    if matching:
        assert result.relaxed == ()
        assert {ranked.car.stock_id for ranked in result.cars} == matching
        assert result.total == len(matching)
    else:
        assert bool(result.relaxed) == bool(result.cars) == bool(left(cars, asked))


@settings(max_examples=150, deadline=None)
@given(cars=catalogues(min_size=1), asked=criteria())
def test_an_alternative_misses_only_what_is_named(cars: Sequence[Car], asked: SearchCriteria) -> None:
    result = searched(cars, asked)

    for ranked in result.cars:
        assert violated(ranked.car, result.criteria) <= set(result.relaxed)
    assert {name for ranked in result.cars for name in violated(ranked.car, result.criteria)} | {
        Constraint.VERSION, Constraint.MODEL
    } >= set(result.relaxed) - {Constraint.MAKE}  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(cars=catalogues(min_size=1), asked=criteria())
def test_as_little_as_possible_is_given_up(cars: Sequence[Car], asked: SearchCriteria) -> None:
    result = searched(cars, asked)
    smaller = [set(some) for size in range(len(result.relaxed)) for some in combinations(SOFT, size)]
    misses = [violated(car, result.criteria) for car in left(cars, asked)]

    if Constraint.MODEL in result.relaxed or Constraint.MAKE in result.relaxed:
        # The name goes last of all: no car of that name is left, whatever else is given up.
        assert all({Constraint.MODEL, Constraint.MAKE} & missed for missed in misses)
    else:
        assert not any(missed <= given_up for missed in misses for given_up in smaller)


@settings(max_examples=100, deadline=None)
@given(cars=catalogues(), asked=criteria())
def test_no_car_twice_and_none_that_was_excluded(cars: Sequence[Car], asked: SearchCriteria) -> None:
    shown = [ranked.car.stock_id for ranked in searched(cars, asked).cars]
    assert len(shown) == len(set(shown))
    assert not set(shown) & set(asked.excluded_stock_ids)
    assert [ranked.car.stock_id for ranked in searched(cars, asked, 3).cars] == shown[:3]


@settings(max_examples=100, deadline=None)
@given(cars=catalogues(), asked=criteria())
def test_the_order_of_the_file_does_not_matter(cars: Sequence[Car], asked: SearchCriteria) -> None:
    assert searched(cars, asked) == searched(list(reversed(cars)), asked)


@settings(max_examples=150, deadline=None)
@given(cars=catalogues(), asked=criteria())
def test_what_is_asked_to_come_first_comes_first(cars: Sequence[Car], asked: SearchCriteria) -> None:
    result = searched(cars, asked)
    shown = [ranked.car for ranked in result.cars]
    if result.are_alternatives or asked.sort is SortOrder.BEST:
        return
    kinds: set[tuple[object, ...]] = set()
    first: list[Car] = []
    twins: list[Car] = []
    for car in sorted(shown, key=ORDERS[asked.sort]):
        kind = (car.make, car.model, car.version, car.year)
        (twins if kind in kinds else first).append(car)
        kinds.add(kind)
    assert shown == [*first, *twins]


@settings(max_examples=150, deadline=None)
@given(cars=catalogues(), asked=criteria())
def test_praise_is_true(cars: Sequence[Car], asked: SearchCriteria) -> None:
    result = searched(cars, asked)
    among = [car for car in cars if violated(car, result.criteria) <= set(result.relaxed)]
    for ranked in result.cars:
        others = [car for car in among if car.stock_id != ranked.car.stock_id]
        truth = {
            "cheapest": bool(others) and all(ranked.car.price < car.price for car in others),
            "lowest_km": bool(others) and all(ranked.car.km < car.km for car in others),
            "newest": bool(others) and all(ranked.car.year > car.year for car in others),
            "under_budget": asked.price_max is not None and ranked.car.price <= asked.price_max,
            "exact_model": any(
                wish.model == ranked.car.model and wish.make in (None, ranked.car.make) for wish in asked.wishes
            ),
        }
        assert set(ranked.reasons) == {name for name, is_true in truth.items() if is_true}


@settings(max_examples=40, deadline=None)
@given(cars=catalogues(), asked=criteria())
def test_the_service_names_what_is_absent_and_excludes_what_was_shown(
    cars: Sequence[Car], asked: SearchCriteria
) -> None:
    result = CarDataService(cars).search(asked, limit=EVERYTHING)
    assert result == searched(cars, asked)
    assert result.are_alternatives or not absent_wishes(cars, asked)
