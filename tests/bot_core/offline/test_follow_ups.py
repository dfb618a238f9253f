"""Messages that live from what came before: references, corrections, answers to a question."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.intents import CarReference, Intent, ReferenceKind, Transmission
from bot_core.messages import Language
from bot_core.sessions.state import PendingQuestion
from tests.fakes.understanding import SCENARIOS, new_state, said, shown, understood

ORDINAL, CHOSEN = ReferenceKind.ORDINAL, ReferenceKind.CHOSEN


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("el segundo", ORDINAL, 2),
        ("la primera", ORDINAL, 1),
        ("el último", ORDINAL, -1),
        ("el penúltimo", ORDINAL, -2),
        ("la opción 3", ORDINAL, 3),
        ("el 2", ORDINAL, 2),
        ("el dos", ORDINAL, 2),
        ("#1", ORDINAL, 1),
        ("3", ORDINAL, 3),
        ("ese", CHOSEN, None),
        ("ese mismo", CHOSEN, None),
        ("este carro", CHOSEN, None),
        ("el jetta que me dijiste", ReferenceKind.DESCRIBED, None),
        ("el jetta", ReferenceKind.DESCRIBED, None),
        ("uno más barato", ReferenceKind.CHEAPER, None),
        ("algo más nuevo", ReferenceKind.NEWER, None),
        ("con menos km", ReferenceKind.LOWER_KM, None),
        ("otros", ReferenceKind.MORE, None),
        ("más opciones", ReferenceKind.MORE, None),
        ("qué más tienes", ReferenceKind.MORE, None),
        ("the second one", ORDINAL, 2),
        ("that one", CHOSEN, None),
        ("something cheaper", ReferenceKind.CHEAPER, None),
    ],
)
def test_references(text: str, kind: ReferenceKind, position: int | None):
    (detail,) = understood(text, shown()).intents
    assert detail.intent is Intent.CAR_RECOMMENDATION
    assert detail.reference == CarReference(kind=kind, position=position)


@pytest.mark.parametrize(
    "text",
    [
        "es la primera vez que compro",
        "en el primer mes",
        "autos de segunda mano",
        "cuánto es el primer pago",
        "otra sucursal",
        "otra pregunta",
        "el 2 de mayo",
        "ese día no puedo",
    ],
)
def test_what_only_looks_like_a_reference(text: str):
    assert not any(detail.reference for detail in understood(text, shown()).intents)


def test_nothing_shown_means_no_relative_reference():
    (detail,) = understood("algo más barato").intents
    assert detail.reference is None
    assert detail.sort == "cheapest"


def test_the_cheapest_of_the_list_is_a_position_for_a_simulation():
    (detail,) = understood("cuánto pagaría al mes por el más barato", shown()).intents
    assert detail.reference == CarReference(kind=ORDINAL, position=1)


def test_a_question_about_one_car_is_no_new_search():
    (detail,) = understood("el segundo trae bluetooth?", shown()).intents
    assert detail.features == []
    assert detail.reference == CarReference(kind=ORDINAL, position=2)


def test_corrections_change_a_wish():
    (detail,) = understood("no, mejor automático", shown()).intents
    assert (detail.transmission, detail.correction) == (Transmission.AUTOMATIC, True)
    (detail,) = understood("perdón, quise decir 36", SCENARIOS["quoted"]()).intents
    assert (detail.intent, detail.term_months, detail.correction) == (Intent.FINANCING, 36, True)


def test_what_no_longer_matters_is_cleared():
    (detail,) = understood("la marca me da igual", shown()).intents
    assert detail.cleared == ["make"]
    (detail,) = understood("ya no importa el precio", shown()).intents
    assert detail.cleared == ["price_min", "price_max"]


def test_a_refused_car_is_not_searched():
    details = understood("no quiero nissan, mejor un mazda", shown()).intents
    assert [detail.make for detail in details] == ["Mazda"]


def test_what_a_short_question_is_about_comes_from_the_last_messages():
    (detail,) = understood("y el tercero?", SCENARIOS["quoted"]()).intents
    assert detail.intent is Intent.FINANCING
    (detail,) = understood("y el tercero?", shown()).intents
    assert detail.intent is Intent.CAR_RECOMMENDATION


def test_an_answer_goes_to_the_request_under_way():
    (detail,) = understood("Ana López", SCENARIOS["asked_name"]()).intents
    assert (detail.intent, detail.customer_name) == (Intent.SALES, "Ana López")
    (detail,) = understood("Toluca", SCENARIOS["asked_branch"]()).intents
    assert (detail.intent, detail.city) == (Intent.SALES, "Toluca")
    (detail,) = understood("por la mañana", SCENARIOS["asked_day"]()).intents
    assert (detail.intent, detail.day) == (Intent.SALES, "por la mañana")


@pytest.mark.parametrize("text", ["Roma", "Mercedes Cruz", "Leon Brown", "Santiago"])
def test_a_name_is_no_car(text: str):
    (detail,) = understood(text, SCENARIOS["asked_name"]()).intents
    assert (detail.intent, detail.customer_name, detail.make) == (Intent.SALES, text, None)


@pytest.mark.parametrize("text", ["cuánto quedaría al mes?", "qué garantía tiene?", "mejor muéstrame otros"])
def test_another_wish_is_no_name(text: str):
    assert not any(detail.customer_name for detail in understood(text, SCENARIOS["asked_name"]()).intents)


@pytest.mark.parametrize(("text", "amount"), [("50 mil", 50_000), ("50", 50_000), ("unos 80 mil", 80_000)])
def test_an_amount_answers_the_question_for_the_down_payment(text: str, amount: int):
    (detail,) = understood(text, SCENARIOS["asked_down_payment"]()).intents
    assert (detail.intent, detail.down_payment) == (Intent.FINANCING, Decimal(amount))


def test_the_conversation_of_the_issue():
    first = understood(
        "hola, busco un nisan vversa de menos de 250 mil y cuánto pagaría al mes a 48 meses con 50 mil de enganche"
    )
    assert first.names() == [Intent.GREETING, Intent.CAR_RECOMMENDATION, Intent.FINANCING]
    greeting, search, credit = first.intents
    assert (search.make, search.model, search.price_max) == ("Nissan", "Versa", Decimal(250_000))
    assert (credit.term_months, credit.down_payment) == (48, Decimal(50_000))
    assert greeting.topic is None
    (second,) = understood("el segundo a 60 meses", shown()).intents
    assert (second.intent, second.term_months) == (Intent.FINANCING, 60)
    assert second.reference == CarReference(kind=ORDINAL, position=2)


def test_a_short_neutral_message_keeps_the_language():
    for text in ("ok", "Versa 2019", "👍", "2", "STOP"):
        assert understood(text, new_state(language=Language.ENGLISH, turns=1)).language is Language.ENGLISH
        assert understood(text, new_state(turns=1)).language is Language.SPANISH
    assert understood("busco un Mustang GT", new_state()).language is Language.SPANISH
    assert understood("do you have a Versa?", new_state()).language is Language.ENGLISH


def test_which_car_asked_for_a_visit():
    state = SCENARIOS["asked_which_for_lead"]()
    assert state.pending is PendingQuestion.WHICH_CAR
    (detail,) = understood("2", state).intents
    assert (detail.intent, detail.reference) == (Intent.SALES, CarReference(kind=ORDINAL, position=2))


def test_looking_back_is_bounded():
    state = shown().model_copy(update={"history": said("cuánto pagaría a 48 meses", *["ok"] * 10)})
    (detail,) = understood("y el tercero?", state).intents
    assert detail.intent is Intent.CAR_RECOMMENDATION
