from __future__ import annotations

import pytest

from bot_core.intents import CarReference, Intent, ReferenceKind
from bot_core.offline.buttons import read_button
from bot_core.wording.phrases import phrases
from tests.fakes.understanding import SCENARIOS, branches, new_state, shown, understood

WANTED = {
    "financing": Intent.FINANCING,
    "appointment": Intent.SALES,
    "more": Intent.CAR_RECOMMENDATION,
    "person": Intent.PERSON_REQUEST,
    "search": Intent.CAR_RECOMMENDATION,
    "retry": Intent.SALES,
    "car:1": Intent.CAR_RECOMMENDATION,
    "car:2": Intent.CAR_RECOMMENDATION,
    "car:3": Intent.CAR_RECOMMENDATION,
    "day:today": Intent.SALES,
    "day:tomorrow": Intent.SALES,
    "day:saturday": Intent.SALES,
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_button_of_the_wording_is_understood(language: str):
    from bot_core.messages import Language

    titles = phrases(Language(language))["buttons"]
    assert titles.keys() == WANTED.keys()
    for payload, title in titles.items():
        response = understood(title, shown(language=Language(language)), payload=payload)
        assert response.names() == [WANTED[payload]], payload
        assert response.language == language


def test_every_branch_button_names_its_branch():
    for branch in branches():
        (detail,) = understood(branch.name, SCENARIOS["asked_branch"](), payload=f"branch:{branch.branch_id}").intents
        assert (detail.intent, detail.branch) == (Intent.SALES, branch.name)


def test_a_car_button_serves_what_the_question_was_asked_for():
    reference = CarReference(kind=ReferenceKind.ORDINAL, position=2)
    for scenario, intent in (("quoted", Intent.FINANCING), ("asked_which_for_lead", Intent.SALES)):
        (detail,) = understood("El segundo", SCENARIOS[scenario](), payload="car:2").intents
        assert (detail.intent, detail.reference) == (intent, reference)


def test_search_starts_anew():
    (detail,) = understood("Buscar un auto", shown(), payload="search").intents
    assert {"make", "price_max"} <= set(detail.cleared)
    (detail,) = understood("Buscar un auto", new_state(), payload="search").intents
    assert detail.cleared == []


@pytest.mark.parametrize("text", ["car:2", "day:saturday", "branch:antara", "CAR:1"])
def test_a_payload_typed_as_text_does_not_count(text: str):
    response = understood(text, shown())
    assert response.clarification
    assert not any(detail.reference or detail.day or detail.branch for detail in response.intents)


@pytest.mark.parametrize("payload", ["", "car:x", "branch:nowhere", "day:never", "drop table", "car:"])
def test_an_unknown_payload_leaves_the_text(payload: str):
    assert read_button(payload, new_state(), branches(), which_car_for=Intent.CAR_RECOMMENDATION) is None
    assert understood("busco un versa", new_state(), payload=payload).intents[0].model == "Versa"


def test_a_burst_with_a_tap_keeps_the_typed_wish():
    response = understood("busco un versa\nHablar con asesor", new_state(), payload="person")
    assert set(response.names()) == {Intent.CAR_RECOMMENDATION, Intent.PERSON_REQUEST}
