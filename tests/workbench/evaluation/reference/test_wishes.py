from __future__ import annotations

from decimal import Decimal

from workbench.evaluation.dataset.case import Case
from workbench.evaluation.reference.wishes import wishes_after


def after(*slots: dict[str, object]) -> dict[str, object]:
    turns = [{"say": "hola", "expect": {"slots": said}} for said in slots]
    case = Case.model_validate({"id": "wishes-case", "why": "adds up what was said", "turns": turns})
    return wishes_after(case, len(slots) - 1)


def test_wishes_add_up():
    assert after({"make": "Nissan"}, {"price_max": 250000}) == {"make": "Nissan", "price_max": Decimal(250000)}


def test_a_new_car_replaces_the_one_before_and_keeps_the_budget():
    first = {"make": "Nissan", "model": "Versa", "price_max": 250000}
    assert after(first, {"model": "Jetta"}) == {"model": "Jetta", "price_max": Decimal(250000)}


def test_a_body_type_by_itself_drops_the_car():
    assert after({"make": "Nissan", "model": "Versa"}, {"body_type": "suv"}) == {"body_type": "suv"}


def test_a_body_type_with_a_make_keeps_both():
    assert after({"make": "Nissan", "body_type": "suv"}) == {"make": "Nissan", "body_type": "suv"}


def test_a_range_is_replaced_as_a_whole():
    wishes = after({"price_min": 100000, "price_max": 200000}, {"price_max": 300000})
    assert wishes == {"price_max": Decimal(300000)}


def test_null_and_cleared_remove():
    assert after({"km_max": 60000}, {"km_max": None}) == {}
    assert after({"make": "Kia", "model": "Rio", "km_max": 60000}, {"cleared": ["make"]}) == {"km_max": 60000}


def test_a_reference_by_name_is_no_new_wish():
    first = {"body_type": "sedan", "price_max": 250000}
    wishes = after(first, {"reference": "described", "model": "Jetta"})
    assert wishes == {"body_type": "sedan", "price_max": Decimal(250000)}


def test_money_that_is_no_price_is_no_search_wish():
    assert after({"down_payment": 50000, "term_months": 48, "monthly_budget": 5000}) == {}
