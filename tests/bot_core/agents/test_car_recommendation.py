from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot_core.agents.base import Gathered, Turn
from bot_core.agents.car_recommendation import CarRecommendationAgent
from bot_core.facts.facts import CarDetailFacts, CarSearchFacts
from bot_core.intents import CarReference, Intent, IntentDetail, ReferenceKind, Transmission
from bot_core.messages import Language
from bot_core.sessions.state import ConversationState
from tests.fakes.cars import small_catalog

TURN = Turn("t1", "texto", datetime(2026, 11, 24, tzinfo=UTC), Language.SPANISH)
FRESH = ConversationState(conversation_id="c1")


def wish(**slots: object) -> IntentDetail:
    return IntentDetail.model_validate({"intent": Intent.CAR_RECOMMENDATION, **slots})


def pointing(kind: ReferenceKind, position: int | None = None, **slots: object) -> IntentDetail:
    return wish(reference=CarReference(kind=kind, position=position), **slots)


def gather(detail: IntentDetail, state: ConversationState = FRESH) -> Gathered:
    return CarRecommendationAgent(small_catalog()).gather([detail], TURN, state)


def found(gathered: Gathered) -> CarSearchFacts:
    facts = gathered.facts[0]
    assert isinstance(facts, CarSearchFacts)
    return facts


@pytest.fixture
def after_versas() -> ConversationState:
    return gather(wish(make="nisan", model="vversa", price_max=Decimal(250000))).state


def test_misspelt_names_find_the_cars_under_the_budget(after_versas: ConversationState) -> None:
    assert set(after_versas.shown) == {"1001", "1002", "1003"}
    assert after_versas.criteria.wishes[0].model == "Versa"
    assert after_versas.profile.budget == Decimal(250000)


def test_the_second_is_the_second_shown(after_versas: ConversationState) -> None:
    gathered = gather(pointing(ReferenceKind.ORDINAL, 2), after_versas)
    facts = gathered.facts[0]
    assert isinstance(facts, CarDetailFacts)
    assert facts.car.stock_id == after_versas.shown[1] == gathered.state.chosen


def test_a_position_that_was_not_shown_is_asked_again(after_versas: ConversationState) -> None:
    facts = found(gather(pointing(ReferenceKind.ORDINAL, 9), after_versas))
    assert facts.question == "which_car"
    assert [car.stock_id for car in facts.cars] == list(after_versas.shown)


def test_a_correction_keeps_the_rest_of_the_search(after_versas: ConversationState) -> None:
    gathered = gather(wish(transmission=Transmission.MANUAL, correction=True), after_versas)
    assert [car.stock_id for car in found(gathered).cars] == ["1002"]
    assert gathered.state.criteria.price_max == Decimal(250000)


def test_cheaper_means_below_what_was_shown(after_versas: ConversationState) -> None:
    shown = [car for car in map(small_catalog().get, after_versas.shown) if car]
    facts = found(gather(pointing(ReferenceKind.CHEAPER), after_versas))
    assert facts.criteria.price_max is not None
    assert facts.criteria.price_max < min(car.price for car in shown)
    assert not {car.stock_id for car in facts.cars} & set(after_versas.shown)


def test_more_of_the_same_says_when_there_is_no_more(after_versas: ConversationState) -> None:
    facts = found(gather(pointing(ReferenceKind.MORE), after_versas))
    assert facts.no_more
    assert facts.cars == ()


def test_an_absent_make_is_named_and_not_replaced_silently() -> None:
    facts = found(gather(wish(make="Tesla", model="Model 3")))
    assert [(absent.make, absent.model) for absent in facts.absent] == [("Tesla", "Model 3")]


def test_what_was_given_up_is_named() -> None:
    facts = found(gather(wish(make="Volkswagen", model="Jetta", price_max=Decimal(200000))))
    assert [constraint.value for constraint in facts.relaxed] == ["price"]
    assert all(car.model == "Jetta" for car in facts.cars)


def test_colour_is_no_column_of_the_catalogue() -> None:
    assert found(gather(wish(model="Jetta", color="rojo"))).unknown_attributes == ("color",)


def test_an_empty_wish_asks_for_the_budget() -> None:
    assert found(gather(wish())).question == "budget"
