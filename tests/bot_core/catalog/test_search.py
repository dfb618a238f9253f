"""Searches whose answer can be seen: every filter, every relaxation, absent cars, twins, what is unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria, SearchResult
from bot_core.catalog.service import CarDataService
from bot_core.intents import BodyType, Feature, SortOrder, Transmission
from tests.fakes.catalogues import car

VERSA = CarWish(make="Nissan", model="Versa")
NISSAN = CarWish(make="Nissan")
TESLA = CarWish(make="Tesla", model="Model 3")


def search(*cars: Car, limit: int = 10, **asked: Any) -> SearchResult:
    return CarDataService(cars).search(SearchCriteria(**asked), limit=limit)


def ids(result: SearchResult) -> list[str]:
    return [ranked.car.stock_id for ranked in result.cars]


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ({"price_max": Decimal(200_000)}, {"price": 200_001}),
        ({"price_min": Decimal(200_000)}, {"price": 199_999}),
        ({"price_max": Decimal("200000.5")}, {"price": "200000.51"}),
        ({"km_max": 50_000}, {"km": 50_001}),
        ({"year_min": 2019}, {"year": 2018}),
        ({"year_max": 2019}, {"year": 2020}),
        ({"transmission": Transmission.AUTOMATIC}, {"transmission": Transmission.MANUAL}),
        ({"transmission": Transmission.AUTOMATIC}, {"transmission": None}),
        ({"body_type": BodyType.SEDAN}, {"body_type": BodyType.SUV}),
        ({"body_type": BodyType.SEDAN}, {"body_type": None}),
        ({"features": (Feature.BLUETOOTH, Feature.CAR_PLAY)}, {"car_play": None}),
        ({"wishes": (VERSA,)}, {"model": "Sentra"}),
        ({"wishes": (NISSAN,)}, {"make": "Kia", "model": "Rio"}),
        ({"wishes": (CarWish(model="Versa"),)}, {"model": "March"}),
        ({"wishes": (CarWish(make="Nissan", model="Versa", version="Advance"),)}, {"version": "1.6 SENSE AUTO"}),
        ({"wishes": (CarWish(model="Versa", version="auto 1.6"),)}, {"version": "1.8 AUTO"}),
        ({"excluded_stock_ids": ("other",)}, {}),
    ],
)
def test_each_filter_keeps_what_it_should(asked: dict[str, Any], other: dict[str, Any]) -> None:
    result = search(car("fits", bluetooth=True, car_play=True), car("other", **{"bluetooth": True, **other}), **asked)
    assert ids(result) == ["fits"]
    assert (result.total, result.relaxed, result.are_alternatives) == (1, (), False)


@pytest.mark.parametrize(
    ("asked", "given_up"),
    [
        ({"features": (Feature.BLUETOOTH,)}, Constraint.FEATURES),
        ({"km_max": 1_000}, Constraint.KM),
        ({"year_min": 2022}, Constraint.YEAR),
        ({"transmission": Transmission.MANUAL}, Constraint.TRANSMISSION),
        ({"price_max": Decimal(90_000)}, Constraint.PRICE),
        ({"wishes": (CarWish(make="Nissan", model="Versa", version="Exclusive"),)}, Constraint.VERSION),
        ({"body_type": BodyType.SUV}, Constraint.BODY_TYPE),
    ],
)
def test_the_constraint_that_is_given_up_is_named(asked: dict[str, Any], given_up: Constraint) -> None:
    result = search(car("1"), **{"wishes": (VERSA,), **asked})
    assert ids(result) == ["1"]
    assert result.relaxed == (given_up,)
    assert result.are_alternatives


def test_the_least_missed_goes_first_to_go() -> None:
    """A missing datum of equipment is given up before the budget, and one constraint before two."""
    result = search(
        car("dear", bluetooth=True, price=260_000), car("plain"), car("both", price=260_000),
        features=(Feature.BLUETOOTH,), price_max=Decimal(250_000),
    )  # fmt: skip
    assert (ids(result), result.relaxed) == (["plain"], (Constraint.FEATURES,))


def test_the_name_of_the_car_is_given_up_last() -> None:
    result = search(
        car("versa", price=300_000), car("march", model="March"), wishes=(VERSA,), price_max=Decimal(250_000)
    )
    assert (ids(result), result.relaxed) == (["versa"], (Constraint.PRICE,))


def test_alternatives_come_nearest_first() -> None:
    cars = [
        car("far", price=400_000),
        car("near", price=260_000, year=2015, km=150_000),
        car("low", price=100_000, model="X"),
    ]
    asked: dict[str, Any] = {"wishes": (VERSA,), "price_max": Decimal(250_000)}
    assert ids(search(*cars, **asked)) == ["near", "far"]
    # "Uno más barato" looks for the dearest below a price; when there is none, it must not offer the dearest of all.
    assert ids(search(*cars, **asked, sort=SortOrder.DEAREST)) == ["near", "far"]


def test_a_range_is_missed_on_its_nearer_side() -> None:
    cars = [car("below", price=190_000), car("above", price=320_000)]
    assert ids(search(*cars, price_min=Decimal(200_000), price_max=Decimal(300_000))) == ["below", "above"]


def test_an_absent_make_is_said_and_alternatives_look_like_it() -> None:
    cars = [car("suv", model="Kicks", body_type=BodyType.SUV, price=90_000), car("sedan", price=300_000)]
    result = search(*cars, wishes=(TESLA,))
    assert result.absent == (TESLA,)
    assert result.criteria.wishes == ()
    assert ids(result) == ["sedan", "suv"]
    assert result.are_alternatives


def test_an_absent_model_leaves_its_make() -> None:
    leaf = CarWish(make="Nissan", model="Leaf")
    result = search(car("nissan"), car("kia", make="Kia", model="Rio"), wishes=(leaf,))
    assert (ids(result), result.absent, result.criteria.wishes) == (["nissan"], (leaf,), (NISSAN,))


def test_of_two_wishes_the_one_in_stock_is_enough() -> None:
    result = search(car("1"), car("2", make="Kia", model="Rio"), wishes=(TESLA, VERSA))
    assert (ids(result), result.absent, result.criteria.wishes) == (["1"], (TESLA,), (VERSA,))


def test_cars_already_shown_do_not_come_back_and_end_in_nothing() -> None:
    result = search(car("1"), car("2"), excluded_stock_ids=("1", "2", "unknown"), wishes=(VERSA,))
    assert (result.cars, result.total, result.relaxed) == ((), 0, ())


def test_an_empty_catalogue_finds_nothing() -> None:
    result = search(wishes=(VERSA,))
    assert (result.cars, result.absent) == ((), (VERSA,))


def test_twins_give_way_to_other_cars_but_are_not_hidden() -> None:
    cars = [
        car("a", price=100_000),
        car("b", price=100_000),
        car("c", price=101_000),
        car("other", model="March", price=200_000),
    ]
    assert ids(search(*cars, sort=SortOrder.CHEAPEST)) == ["a", "other", "b", "c"]


def test_the_limit_shows_some_and_counts_all() -> None:
    result = search(*(car(str(n), year=2010 + n) for n in range(9)), limit=3)
    assert (len(result.cars), result.total) == (3, 9)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (SortOrder.CHEAPEST, ["a", "b", "c"]), (SortOrder.DEAREST, ["c", "b", "a"]), (SortOrder.NEWEST, ["b",
        "c", "a"]),
        (SortOrder.LOWEST_KM, ["c", "a", "b"]), (SortOrder.LARGEST, ["b", "a", "c"]),
    ],
)  # fmt: skip
def test_every_order(sort: SortOrder, order: list[str]) -> None:
    cars = [
        car("a", price=100_000, year=2015, km=60_000, length_mm=4000),
        car("b", price=150_000, year=2021, km=90_000, length_mm=4700),
        car("c", price=210_000, year=2018, km=10_000, length_mm=None),
    ]
    assert ids(search(*cars, sort=sort)) == order


def test_the_best_is_cheap_new_and_little_used_together() -> None:
    cars = [
        car("worst", price=300_000, year=2014, km=150_000),
        car("best", price=150_000, year=2022, km=20_000),
        car("mid"),
    ]
    assert ids(search(*cars)) == ["best", "mid", "worst"]


def test_superlatives_count_the_cars_that_were_shown_before() -> None:
    """After "muéstrame más" the cheapest of the rest is not "el de menor precio"."""
    cars = [car("1", price=100_000, year=2016), car("2", price=150_000, year=2017), car("3", price=180_000, year=2018)]
    first, rest = search(*cars), search(*cars, excluded_stock_ids=("1",))
    assert {ranked.car.stock_id for ranked in first.cars if "cheapest" in ranked.reasons} == {"1"}
    assert not [ranked for ranked in rest.cars if "cheapest" in ranked.reasons]


def test_a_tie_has_no_winner() -> None:
    result = search(car("1", price=100_000), car("2", price=120_000))
    reasons = {ranked.car.stock_id: ranked.reasons for ranked in result.cars}
    assert reasons == {"1": ("cheapest",), "2": ()}
    assert search(car("1")).cars[0].reasons == ()


def test_a_budget_and_a_model_speak_for_a_car() -> None:
    result = search(car("1"), wishes=(VERSA,), price_max=Decimal(250_000))
    assert result.cars[0].reasons == ("under_budget", "exact_model")


def test_amounts_beyond_any_price_are_no_error() -> None:
    assert ids(search(car("1"), price_max=Decimal(10) ** 30, km_max=10**30)) == ["1"]
    assert search(car("1"), price_min=Decimal(10) ** 30).relaxed == (Constraint.PRICE,)
