from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.intents import CarReference, Feature, Intent, IntentDetail, ReferenceKind, Transmission
from tests.fakes.played import case, faults, turn

SEARCH = IntentDetail(
    intent=Intent.CAR_RECOMMENDATION,
    make="Nissan",
    model="X-Trail",
    price_max=Decimal(250000),
    transmission=Transmission.AUTOMATIC,
    features=[Feature.CAR_PLAY],
)
PAYMENTS = IntentDetail(
    intent=Intent.FINANCING,
    term_months=48,
    reference=CarReference(kind=ReferenceKind.ORDINAL, position=2),
    correction=True,
    cleared=["make"],
    city="Ciudad de México",
)


@pytest.mark.parametrize(
    ("wanted", "right"),
    [
        (["financing", "car_recommendation"], True),
        (["car_recommendation"], False),
        (["car_recommendation", "financing", "greeting"], False),
    ],
)
def test_intents_are_an_exact_set(context, wanted, right):
    found = faults("intent", case({"intents": wanted}), [turn(intents=[SEARCH, PAYMENTS])], context)
    assert (found == []) is right


def test_a_message_without_text_has_no_intent(context):
    assert faults("intent", case({"intents": ["greeting"]}), [turn()], context) == [
        "1: expected greeting; understood nothing"
    ]


def test_nothing_expected_is_unscored(context):
    assert faults("intent", case({}), [turn(intents=[SEARCH])], context) is None
    assert faults("slots", case({}), [turn(intents=[SEARCH])], context) is None


@pytest.mark.parametrize(
    "slots",
    [
        {"make": "nissan", "model": "x trail", "price_max": 250000},
        {"price_min": None, "km_max": None},
        {"transmission": "automatic", "features": ["car_play"]},
        {"term_months": 48, "reference": "ordinal", "position": 2, "correction": True, "cleared": ["make"]},
        {"city": "mexico"},
    ],
)
def test_slots_that_are_there(context, slots):
    assert faults("slots", case({"slots": slots}), [turn(intents=[SEARCH, PAYMENTS])], context) == []


@pytest.mark.parametrize(
    ("slots", "fault"),
    [
        ({"make": "Kia"}, "make: expected Kia, got Nissan"),
        ({"price_max": 25000}, "price_max: expected 25000, got 250000"),
        ({"price_max": None}, "price_max: expected nothing, got 250000"),
        ({"km_max": 60000}, "km_max: expected 60000, got nothing"),
        ({"features": ["bluetooth"]}, "features: expected bluetooth, got car_play"),
        ({"correction": False}, "correction: expected False, got True"),
        ({"position": -1}, "position: expected -1, got 2"),
    ],
)
def test_slots_that_are_wrong(context, slots, fault):
    assert faults("slots", case({"slots": slots}), [turn(intents=[SEARCH, PAYMENTS])], context) == [f"1: {fault}"]


def test_a_models_name_says_its_make(context):
    jetta = IntentDetail(intent=Intent.CAR_RECOMMENDATION, model="Jetta")
    expected = case({"slots": {"make": "Volkswagen", "model": "Jetta"}})
    assert faults("slots", expected, [turn(intents=[jetta])], context) == []
