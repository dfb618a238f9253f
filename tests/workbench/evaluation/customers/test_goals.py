from __future__ import annotations

from typing import Any

import pytest

from bot_core.facts.facts import BoundaryFacts, CarSearchFacts, FinancingFacts, InfoFacts
from bot_core.financing.plan import LoanLimit, Quote
from bot_core.messages import InboundMessage
from tests.fakes.cars import small_catalog
from tests.fakes.played import VISIT, searched, small_context, turn
from workbench.evaluation.customers.goals import goal_reached


@pytest.fixture
def cars(tmp_path_factory):
    return small_context(tmp_path_factory.mktemp("cars")).cars


def goal(outcome: str) -> dict[str, str]:
    return {"text": "Lo que esta prueba necesita saber.", "outcome": outcome}


def quote(down_payment: int, **more) -> FinancingFacts:
    row = Quote(price=250_000, down_payment=down_payment, loan=1, plans=(), minimum_down_payment=25_000, **more)
    return FinancingFacts(quotes=(row,))


def test_only_a_car_that_the_customer_could_take(persona_of, cars):
    cheap, dear = sorted(small_catalog().cars, key=lambda car: car.price)[:: len(small_catalog().cars) - 1]
    persona = persona_of(knows={"price_max": int(cheap.price) + 1})
    assert goal_reached(persona, [turn("ok", searched(cheap.stock_id))], cars)
    assert not goal_reached(persona, [turn("ok", searched(dear.stock_id))], cars)
    assert not goal_reached(persona, [turn("ok", CarSearchFacts(criteria={}, cars=(), total=0))], cars)


def test_when_nothing_fits_the_closest_will_do(persona_of, cars):
    persona = persona_of(knows={"price_max": 1_000})
    assert goal_reached(persona, [turn("ok", searched(cars[0].stock_id))], cars)


def test_a_plan_with_the_customers_own_down_payment(persona_of, cars):
    persona = persona_of(goal=goal("plan_shown"), knows={"down_payment": 60_000})
    assert goal_reached(persona, [turn("ok", quote(60_000))], cars)
    assert goal_reached(persona, [turn("ok", quote(75_000, raised_to_minimum=True))], cars)
    assert not goal_reached(persona, [turn("ok", quote(25_000))], cars)


def test_what_a_month_buys(persona_of, cars):
    persona = persona_of(goal=goal("plan_shown"), knows={"monthly_budget": 5_000})
    limits = (LoanLimit(term_months=48, loan=197_141),)
    assert goal_reached(persona, [turn("ok", FinancingFacts(monthly_budget=5_000, limits=limits))], cars)
    assert not goal_reached(persona, [turn("ok", FinancingFacts(monthly_budget=3_000, limits=limits))], cars)
    assert not goal_reached(persona, [turn("ok", quote(60_000))], cars)


def test_information_is_given_when_every_question_was_answered(persona_of, cars):
    persona = persona_of(
        goal=goal("info_given"), knows={"questions": ["¿Cuánto dura la garantía?", "¿entregan a domicilio?"]}
    )

    def asked(text: str, **facts):
        return turn("ok", InfoFacts(topic="t", **facts)).model_copy(update={"messages": (InboundMessage(text=text),)})

    warranty = asked("cuanto dura la garntia?", absent_city="x")
    assert not goal_reached(persona, [warranty], cars)
    assert goal_reached(persona, [warranty, asked("entregan a domicilio", absent_city="x")], cars)
    assert not goal_reached(persona, [warranty, asked("entregan a domicilio")], cars)


def test_a_request_must_be_recorded_and_be_the_customers(persona_of, cars):
    knows = {"name": "Ana", "branch": "Antara", "day": "el sábado"}
    persona = persona_of(goal=goal("appointment_recorded"), knows=knows)
    ours = VISIT.model_copy(update={"lead": VISIT.lead.model_copy(update={"branch_name": "Antara Fashion Hall"})})
    assert goal_reached(persona, [turn(leads=[ours])], cars)
    assert not goal_reached(persona, [turn("¡Listo! Registré tu solicitud KV-7F3A9C")], cars)
    other = persona_of(goal=goal("appointment_recorded"), knows=knows | {"name": "Beto"})
    assert not goal_reached(other, [turn(leads=[ours])], cars)
    reserve = persona_of(goal=goal("reservation_recorded"), knows=knows)
    assert not goal_reached(reserve, [turn(leads=[ours])], cars)


@pytest.mark.parametrize(("outcome", "field"), [("handed_off", "handed_off"), ("opted_out", "opted_out")])
def test_the_end_state(persona_of, cars, outcome, field):
    persona = persona_of(goal=goal(outcome))
    state: dict[str, Any] = {field: True}
    assert goal_reached(persona, [turn(**state)], cars)
    assert not goal_reached(persona, [turn(**state), turn()], cars)


def test_declined(persona_of, cars):
    persona = persona_of(goal=goal("declined"))
    assert goal_reached(persona, [turn("no", BoundaryFacts(subject="unsafe"))], cars)
    assert not goal_reached(persona, [turn("no", BoundaryFacts(subject="media"))], cars)
    assert not goal_reached(persona, [], cars)
