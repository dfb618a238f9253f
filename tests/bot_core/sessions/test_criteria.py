from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.intents import (
    BodyType,
    CarReference,
    Feature,
    Intent,
    IntentDetail,
    ReferenceKind,
    SortOrder,
    Transmission,
)
from bot_core.sessions.criteria import has_search_wish, updated_criteria
from tests.fakes.cars import small_catalog

VERSA = CarWish(make="Nissan", model="Versa")
UNDER_WAY = SearchCriteria(wishes=(VERSA,), price_min=Decimal(100_000), price_max=Decimal(250_000), year_min=2018)


def _detail(**slots: object) -> IntentDetail:
    return IntentDetail.model_validate({"intent": Intent.CAR_RECOMMENDATION, **slots})


def _updated(*details: IntentDetail, criteria: SearchCriteria = UNDER_WAY) -> SearchCriteria:
    return updated_criteria(criteria, details, small_catalog())


def test_nothing_said_changes_nothing():
    assert _updated(_detail()) == UNDER_WAY


def test_a_correction_changes_one_field():
    after = _updated(_detail(transmission="automatic", correction=True))
    assert after == UNDER_WAY.model_copy(update={"transmission": Transmission.AUTOMATIC})


def test_a_misspelt_car_replaces_the_one_before_and_its_body_type():
    before = UNDER_WAY.model_copy(update={"body_type": BodyType.SEDAN})
    after = _updated(_detail(make="volsvagen", model="yeta"), criteria=before)
    assert after.wishes == (CarWish(make="Volkswagen", model="Jetta"),)
    assert after.body_type is None
    assert after.price_max == Decimal(250_000)


def test_two_cars_are_both_wanted_and_named_once():
    after = _updated(_detail(model="Versa"), _detail(model="Jetta"), _detail(model="versa"))
    assert after.wishes == (VERSA, CarWish(make="Volkswagen", model="Jetta"))


def test_another_body_type_drops_the_car_names():
    assert _updated(_detail(body_type="suv")).wishes == ()


def test_the_same_body_type_keeps_them():
    before = UNDER_WAY.model_copy(update={"body_type": BodyType.SEDAN})
    assert _updated(_detail(body_type="sedan"), criteria=before).wishes == (VERSA,)


def test_a_range_is_replaced_as_a_whole():
    after = _updated(_detail(price_max=300_000))
    assert (after.price_min, after.price_max) == (None, Decimal(300_000))
    assert after.year_min == 2018


def test_features_of_all_details_are_joined():
    after = _updated(_detail(features=["bluetooth"]), _detail(features=["car_play", "bluetooth"]))
    assert after.features == (Feature.BLUETOOTH, Feature.CAR_PLAY)


@pytest.mark.parametrize(
    ("cleared", "field", "value"),
    [
        (["make"], "wishes", ()),
        (["price_max"], "price_max", None),
        (["year_min", "color"], "year_min", None),
        (["sort"], "sort", SortOrder.BEST),
        (["features"], "features", ()),
    ],
)
def test_what_is_taken_back_goes(cleared: list[str], field: str, value: object):
    before = UNDER_WAY.model_copy(update={"sort": SortOrder.CHEAPEST, "features": (Feature.BLUETOOTH,)})
    after = _updated(_detail(cleared=cleared), criteria=before)
    assert getattr(after, field) == value
    assert after.model_copy(update={field: getattr(before, field)}) == before


def test_taking_back_a_car_and_naming_another_keeps_the_new_one():
    assert _updated(_detail(cleared=["make", "model"], model="Rio")).wishes == (CarWish(make="Kia", model="Rio"),)


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({}, False),
        ({"make": "Nissan", "reference": CarReference(kind=ReferenceKind.DESCRIBED)}, False),
        ({"term_months": 48}, False),
        ({"price_max": 1}, True),
        ({"km_max": 0}, True),
        ({"features": ["bluetooth"]}, True),
        ({"sort": "cheapest"}, True),
    ],
)
def test_has_search_wish(slots: dict[str, object], expected: bool):
    assert has_search_wish(_detail(**slots)) is expected
