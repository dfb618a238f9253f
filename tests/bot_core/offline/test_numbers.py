"""Every number format of the domain: what it becomes, by the words around it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.intents import Intent
from tests.fakes.understanding import SCENARIOS, shown, understood

TABLE: list[tuple[str, dict[str, Any]]] = [
    ("versa de 250 mil", {"price_max": 250_000}),
    ("versa de menos de 300k", {"price_max": 300_000}),
    ("un auto de un cuarto de millón", {"price_max": 250_000}),
    ("busco entre 180 y 220", {"price_min": 180_000, "price_max": 220_000}),
    ("busco de 180 a 220 mil", {"price_min": 180_000, "price_max": 220_000}),
    ("busco algo de unos 200", {"price_min": 180_000, "price_max": 220_000}),
    ("auto de no más de 280", {"price_max": 280_000}),
    ("un carro que no me cueste más de 320 mil", {"price_max": 320_000}),
    ("carros arriba de 300 mil", {"price_min": 300_000}),
    ("carros de 300 mil para arriba", {"price_min": 300_000}),
    ("busco auto de 450 pa bajo", {"price_max": 450_000}),
    ("tengo $180,000 para un auto", {"price_max": 180_000}),
    ("medio millón de presupuesto para un carro", {"price_max": 500_000}),
    ("menos de 60 mil km", {"km_max": 60_000}),
    ("versa con máximo 60,000 kms", {"km_max": 60_000}),
    ("versa 2019", {"year_min": 2019, "year_max": 2019}),
    ("versa del 2018 pa arriba", {"year_min": 2018}),
    ("versa 2018 en adelante", {"year_min": 2018}),
    ("versa más nuevo que 2018", {"year_min": 2019}),
    ("versa hasta 2018", {"year_max": 2018}),
    ("versa anterior al 2019", {"year_max": 2018}),
    ("versa 2018 a 2020", {"year_min": 2018, "year_max": 2020}),
    ("versa 2018, 2019 o 2020", {"year_min": 2018, "year_max": 2020}),
    ("un versa de menos de 5 años de uso", {"year_min": 2021}),
]  # fmt: skip
CREDIT: list[tuple[str, dict[str, Any]]] = [
    ("a 48 meses", {"term_months": 48}),
    ("a 4 años", {"term_months": 48}),
    ("y a 60?", {"term_months": 60}),
    ("con 50 mil de enganche", {"down_payment": 50_000}),
    ("enganche de 60 mil", {"down_payment": 60_000}),
    ("60 de enganche", {"down_payment": 60_000}),
    ("y con 80 mil?", {"down_payment": 80_000}),
    ("doy 45 mil", {"down_payment": 45_000}),
    ("con el 20%", {"down_payment_percent": 20}),
    ("20 por ciento de enganche", {"down_payment_percent": 20}),
    ("doy la mitad", {"down_payment_percent": 50}),
    ("sin enganche", {"down_payment": 0}),
    ("puedo pagar 5 mil al mes", {"monthly_budget": 5_000}),
    ("mensualidad de 4,500", {"monthly_budget": 4_500}),
    ("2 mil a la quincena", {"monthly_budget": 4_000}),
    ("precio 265999, enganche 120000, a 72 meses", {"price_max": 265_999, "down_payment": 120_000, "term_months": 72}),
    ("gano 15 mil y doy 30 mil de enganche", {"down_payment": 30_000, "monthly_budget": None}),
]  # fmt: skip


def _slots(text: str, intent: Intent, scenario: str) -> dict[str, Any]:
    detail = next(d for d in understood(text, SCENARIOS[scenario]()).intents if d.intent is intent)
    names = ("price_min", "price_max", "km_max", "year_min", "year_max", "term_months", "down_payment")
    return {name: getattr(detail, name) for name in (*names, "down_payment_percent", "monthly_budget")}


@pytest.mark.parametrize(("text", "wanted"), TABLE)
def test_numbers_of_a_search(text: str, wanted: dict[str, Any]):
    slots = _slots(text, Intent.CAR_RECOMMENDATION, "new")
    assert {name: value for name, value in slots.items() if value is not None} == wanted


@pytest.mark.parametrize(("text", "wanted"), CREDIT)
def test_numbers_of_a_credit(text: str, wanted: dict[str, Any]):
    slots = _slots(text, Intent.FINANCING, "quoted")
    said = {name: value for name, value in wanted.items() if value is not None}
    assert {name: value for name, value in slots.items() if value is not None} == said


@given(
    price=st.integers(20, 1999).map(lambda n: n * 1000),
    style=st.sampled_from(["{:,}", "${:,}", "{} pesos", "$ {:,} MXN"]),
)
def test_a_price_is_read_in_every_way_of_writing_it(price, style):
    detail = understood(f"busco un versa de menos de {style.format(price)}").intents[0]
    assert detail.price_max == Decimal(price)


@pytest.mark.parametrize("text", ["200", "50", "250 mil pesos?"])
def test_a_bare_number_without_a_question_is_asked_about_or_a_price(text: str):
    response = understood(text, shown())
    assert response.clarification or response.intents[0].price_max


def test_the_answer_to_what_a_number_means_completes_it():
    from bot_core.sessions.state import PendingQuestion
    from tests.fakes.understanding import new_state, said

    asked = new_state(pending=PendingQuestion.CLARIFICATION, history=said("200"), turns=1)
    assert understood("de presupuesto", asked).intents[0].price_max == 200_000
    assert understood("de enganche", asked).intents[0].down_payment == 200_000
    assert understood("busco un versa", asked).intents[0].model == "Versa"
