from __future__ import annotations

import pytest

from bot_core.facts.facts import CarDetailFacts
from tests.fakes.cars import car_fact, financing_facts
from tests.fakes.played import case, faults, searched, turn

VERSA = {"make": "Nissan", "model": "Versa"}
FIT = {"cars": "fit", "slots": VERSA | {"price_max": 220000}}


def test_cars_that_fit(context):
    record = turn("Tengo el Versa 2019 y el Versa 2018", searched("1001", "1002"))
    assert faults("cars", case(FIT), [record], context) == []


def test_a_car_above_the_budget_does_not_fit(context):
    found = faults("cars", case(FIT), [turn("Versa", searched("1001", "1003"))], context)
    assert found is not None and len(found) == 1
    assert "Nissan Versa ADVANCE CVT 2020 (1003) does not fit" in found[0]


def test_nothing_shown_where_something_fits(context):
    found = faults("cars", case(FIT), [turn("No encontré nada", searched())], context)
    assert found is not None and "2 cars fit" in found[0]


def test_a_reply_that_names_none_of_the_cars(context):
    assert faults("cars", case(FIT), [turn("Tengo dos opciones", searched("1001"))], context) == [
        "1: the reply names none of the cars"
    ]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("No tengo un Versa así; lo más cercano es este", True),
        ("I couldn’t find one", True),
        ("Mira este Versa", False),
    ],
)
def test_when_nothing_fits_the_reply_says_so(context, text, right):
    expected = case({"cars": "fit", "slots": VERSA | {"price_max": 100000}})
    assert (faults("cars", expected, [turn(text, searched("1002"))], context) == []) is right


def test_wishes_of_earlier_turns_still_hold(context):
    conversation = case(FIT, {"cars": "fit", "slots": {"transmission": "automatic"}})
    records = [turn("Versa", searched("1001")), turn("Versa", searched("1002"))]
    found = faults("cars", conversation, records, context)
    assert found is not None and found[0].startswith("2: Nissan Versa SENSE MAN 2018")


def test_the_order_asked_for(context):
    expected = case({"cars": "fit", "slots": VERSA | {"sort": "cheapest"}})
    assert faults("cars", expected, [turn("Versa", searched("1002", "1001"))], context) == []
    found = faults("cars", expected, [turn("Versa", searched("1001", "1002"))], context)
    assert found is not None and "is not the first by cheapest" in found[0]


def test_explicit_wishes(context):
    expected = case({"cars": {"make": "Kia", "year_min": 2020}})
    assert faults("cars", expected, [turn("Kia Rio", searched("1009"))], context) == []
    assert faults("cars", expected, [turn("Kia Rio", searched("1008"))], context) != []


def test_none_any_and_alternatives(context):
    shown, nothing = turn("Un Versa", searched("1001")), turn("No hay", searched())
    assert faults("cars", case({"cars": "none"}), [nothing], context) == []
    assert faults("cars", case({"cars": "none"}), [shown], context) != []
    assert faults("cars", case({"cars": "any"}), [shown], context) == []
    assert faults("cars", case({"cars": "any"}), [nothing], context) != []
    assert faults("cars", case({"cars": "alternatives"}), [shown], context) != []
    named = turn("Como alternativa, un Versa", searched("1001"))
    assert faults("cars", case({"cars": "alternatives"}), [named], context) == []


def test_an_absent_make_must_be_said_unless_the_catalogue_has_it(context):
    ferrari, kia = case({"absent": {"make": "Ferrari"}}), case({"absent": {"make": "Kia"}})
    assert faults("cars", ferrari, [turn("No tengo Ferrari por ahora")], context) == []
    assert faults("cars", ferrari, [turn("Mira este Versa")], context) == [
        "1: does not say that Ferrari is not in stock"
    ]
    assert faults("cars", kia, [turn("Mira este Versa")], context) is None


def test_the_car_pointed_at(context):
    listed = turn("Versa", searched("1001", "1002"))
    second = turn("Versa", CarDetailFacts(car=car_fact("1002", 2)))
    assert faults("cars", case({}, {"car": 2}), [listed, second], context) == []
    assert faults("cars", case({}, {"car": -1}), [listed, second], context) == []
    assert faults("cars", case({}, {"car": 1}), [listed, second], context) == [
        "2: expected car 1 (Nissan Versa ADVANCE AUTO 2019), got Nissan Versa SENSE MAN 2018"
    ]
    assert faults("cars", case({}, {"car": 3}), [listed, second], context) == [
        "2: no list with a car number 3 was shown before"
    ]


def test_a_car_called_by_its_name(context):
    listed = turn("dos autos", searched("1001", "1004"))
    jetta, versa = turn("Jetta", financing_facts("1004")), turn("Versa", financing_facts("1001"))
    expected = case({}, {"car": {"model": "jetta"}})
    assert faults("cars", expected, [listed, jetta], context) == []
    assert faults("cars", expected, [listed, versa], context) != []
    assert faults("cars", expected, [turn(), jetta], context) != [], "it must have been shown before"


def test_relative_searches(context):
    listed = turn("Versa", searched("1001", "1003"))
    cheaper = case({}, {"slots": {"reference": "cheaper"}})
    assert faults("relative", cheaper, [listed, turn("Versa", searched("1002"))], context) == []
    assert faults("relative", cheaper, [listed, turn("Jetta", searched("1004"))], context) == [
        "2: not cheaper: Volkswagen Jetta TRENDLINE TIPTRONIC 2019"
    ]
    assert faults("relative", cheaper, [listed, turn("No hay más baratos", searched())], context) == []
    assert faults("relative", cheaper, [listed, turn("Claro", searched())], context) != []


def test_relative_to_the_chosen_car(context):
    records = [turn("Versa", searched("1001", "1003"), chosen="1003"), turn("Versa", searched("1001"))]
    assert faults("relative", case({}, {"slots": {"reference": "cheaper"}}), records, context) == []


def test_more_shows_others(context):
    more = case({}, {"slots": {"reference": "more"}})
    listed = turn("Versa", searched("1001"))
    assert faults("relative", more, [listed, turn("Versa", searched("1002"))], context) == []
    assert faults("relative", more, [listed, turn("Ya te mostré todo", searched())], context) == []
    assert faults("relative", more, [listed, turn("Versa", searched("1001"))], context) == [
        "2: shown before: Nissan Versa ADVANCE AUTO 2019"
    ]
