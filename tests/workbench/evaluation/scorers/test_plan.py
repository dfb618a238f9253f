from __future__ import annotations

from decimal import Decimal

from bot_core.facts.facts import FinancingFacts
from bot_core.financing.calculator import largest_loan, quote
from tests.fakes.cars import RULES, car_fact, financing_facts
from tests.fakes.played import case, faults, searched, turn

FORTY_EIGHT = {"plan": {"price": 300000, "down_payment": 60000, "term": 48}}


def for_price(price: int, down_payment: int) -> FinancingFacts:
    return FinancingFacts(rules=RULES, quotes=(quote(Decimal(price), RULES, down_payment=Decimal(down_payment)),))


def test_a_plan_for_a_price(context):
    record = turn("A 48 meses: $6,087.02 al mes", for_price(300000, 60000))
    assert faults("plan", case(FORTY_EIGHT), [record], context) == []
    assert faults("plan", case(FORTY_EIGHT), [turn("son $6,087", for_price(300000, 60000))], context) == []


def test_the_reply_must_say_the_asked_payment(context):
    record = turn("A 60 meses: $5,099.29", for_price(300000, 60000))
    assert faults("plan", case(FORTY_EIGHT), [record], context) == ["1: the reply does not say 6087.02"]


def test_a_wrong_formula_is_found(context):
    """Simple interest instead of level payments."""
    facts = for_price(300000, 60000)
    simple = tuple(
        plan.model_copy(update={"monthly": Decimal(240000) * (1 + Decimal(plan.term_months) / 120) / plan.term_months})
        for plan in facts.quotes[0].plans
    )
    wrong = facts.model_copy(update={"quotes": (facts.quotes[0].model_copy(update={"plans": simple}),)})
    found = faults("plan", case(FORTY_EIGHT), [turn("$7,000.00", wrong)], context)
    assert found is not None and "48 months: 7000.0, expected 6087.02" in found[0]


def test_another_down_payment_is_found(context):
    found = faults("plan", case(FORTY_EIGHT), [turn("$6,087.02", for_price(300000, 30000))], context)
    assert found is not None and found[0] == "1: down payment 30000.00, expected 60000"


def test_all_terms_when_none_was_asked(context):
    expected = case({"plan": {"price": 300000, "down_payment": 60000}})
    assert faults("plan", expected, [turn("$4,446.20 a 72", for_price(300000, 60000))], context) == []


def test_the_second_car_of_the_list_before(context):
    expected = case({}, {"plan": {"car": 2, "down_payment": 60000, "term": 36}})
    records = [turn("dos", searched("1001", "1004")), turn("$8,195.83", financing_facts("1004"))]
    assert faults("plan", expected, records, context) == []
    records = [turn("dos", searched("1004", "1001")), turn("$8,195.83", financing_facts("1004"))]
    assert faults("plan", expected, records, context) == ["2: no simulation for 1001"]


def test_each_car_of_the_same_turn(context):
    expected = case({"plan": {"car": "each", "down_payment": 60000}})
    both = turn("$8,195.83 y $4,028.12", searched("1001", "1004"), financing_facts("1001", "1004"))
    found = faults("plan", expected, [both], context)
    assert found is not None and not any("no simulation" in fault for fault in found)
    one = turn("$8,195.83", searched("1001", "1004"), financing_facts("1004"))
    assert "1: no simulation for 1001" in (faults("plan", expected, [one], context) or [])


def test_a_price_of_our_own_reading_not_of_the_facts(context):
    """Facts that carry another price than the catalogue's file are found."""
    expected = case({"plan": {"car": 1, "down_payment": 60000, "term": 36}})
    facts = FinancingFacts(
        rules=RULES,
        cars=(car_fact("1004"),),
        quotes=(quote(Decimal(213999), RULES, down_payment=Decimal(60000), stock_id="1004"),),
    )
    found = faults("plan", expected, [turn("$4,969.07", searched("1004"), facts)], context)
    assert found is not None and any("expected 8195.83" in fault for fault in found)


def test_no_plan(context):
    assert faults("plan", case({"plan": "none"}), [turn("hola")], context) == []
    assert faults("plan", case({"plan": "none"}), [turn("x", for_price(300000, 0))], context) != []


def inverse(*stock_ids: str) -> FinancingFacts:
    return financing_facts(*stock_ids, down_payment="50000").model_copy(
        update={"limits": largest_loan(Decimal(5000), RULES), "monthly_budget": Decimal(5000)}
    )


def test_a_monthly_budget(context):
    expected = case({"monthly": {"budget": 5000, "down_payment": 50000}})
    assert faults("plan", expected, [turn("hasta $269,893", inverse("1004"))], context) == []


def test_a_car_that_costs_more_than_the_budget(context):
    expected = case({"monthly": {"budget": 5000, "down_payment": 50000}})
    found = faults("plan", expected, [turn("hasta $269,893", inverse("1006"))], context)
    assert found == ["1: Mazda CX-5 I GRAND TOURING AUTO 2020 costs more than 5000 a month"]


def test_cars_that_fit_a_budget_must_be_shown(context):
    expected = case({"monthly": 5000, "slots": {"make": "Kia"}})
    found = faults("plan", expected, [turn("hasta $269,893", inverse())], context)
    assert found == ["1: 1 cars fit the budget, none was shown"]


def test_wrong_loans(context):
    facts = inverse().model_copy(update={"limits": largest_loan(Decimal(6000), RULES)})
    found = faults("plan", case({"monthly": 5000}), [turn("hasta $323,872", facts)], context)
    assert found is not None and len(found) == 3
