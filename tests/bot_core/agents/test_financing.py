from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot_core.agents.base import Gathered, Turn
from bot_core.agents.financing import FinancingAgent
from bot_core.facts.facts import FinancingFacts
from bot_core.intents import CarReference, Intent, IntentDetail, ReferenceKind
from bot_core.messages import Language
from bot_core.sessions.state import ConversationState
from tests.fakes.cars import RULES, small_catalog

TURN = Turn("t1", "texto", datetime(2026, 11, 24, tzinfo=UTC), Language.SPANISH)
FRESH = ConversationState(conversation_id="c1")
LISTED = FRESH.model_copy(update={"shown": ("1004", "1005"), "ever_shown": ("1004", "1005")})


def wish(**slots: object) -> IntentDetail:
    return IntentDetail.model_validate({"intent": Intent.FINANCING, **slots})


def gather(detail: IntentDetail, state: ConversationState = FRESH) -> Gathered:
    return FinancingAgent(small_catalog(), RULES).gather([detail], TURN, state)


def simulated(gathered: Gathered) -> FinancingFacts:
    facts = gathered.facts[0]
    assert isinstance(facts, FinancingFacts)
    return facts


def payment(facts: FinancingFacts, term: int, index: int = 0) -> Decimal:
    return next(plan.monthly for plan in facts.quotes[index].plans if plan.term_months == term)


def test_a_reference_figure_of_the_domain() -> None:
    gathered = gather(wish(down_payment=Decimal(60000), term_months=48), LISTED.model_copy(update={"chosen": "1004"}))
    assert payment(simulated(gathered), 48) == Decimal("6442.07")


def test_every_car_on_the_screen_is_simulated_when_none_is_chosen() -> None:
    facts = simulated(gather(wish(down_payment=Decimal(60000)), LISTED))
    assert [quote.stock_id for quote in facts.quotes] == ["1004", "1005"]


def test_the_second_at_another_term_keeps_the_down_payment() -> None:
    first = gather(wish(down_payment=Decimal(120000), term_months=48), LISTED)
    second = gather(wish(term_months=60, reference=CarReference(kind=ReferenceKind.ORDINAL, position=2)), first.state)
    facts = simulated(second)
    assert [quote.stock_id for quote in facts.quotes] == ["1005"]
    assert payment(facts, 60) == Decimal("3102.05")
    assert second.state.chosen == "1005"


def test_without_a_down_payment_the_minimum_is_used_and_marked() -> None:
    facts = simulated(gather(wish(), LISTED.model_copy(update={"chosen": "1005"})))
    assert facts.down_payment_assumed
    assert facts.quotes[0].down_payment == Decimal("26599.90")


def test_less_than_the_minimum_is_raised_and_marked() -> None:
    facts = simulated(gather(wish(down_payment=Decimal(5000)), LISTED.model_copy(update={"chosen": "1005"})))
    assert facts.quotes[0].raised_to_minimum
    assert facts.quotes[0].down_payment == Decimal("26599.90")


def test_a_price_alone_is_simulated_without_a_car() -> None:
    facts = simulated(gather(wish(price_max=Decimal(300000), down_payment=Decimal(60000))))
    assert facts.cars == ()
    assert payment(facts, 48) == Decimal("6087.02")


def test_nothing_to_simulate_asks_which_car() -> None:
    assert simulated(gather(wish())).question == "which_car"


def test_a_term_that_is_not_offered_is_marked() -> None:
    facts = simulated(gather(wish(term_months=24), LISTED))
    assert facts.term_unavailable
    assert {plan.term_months for plan in facts.quotes[0].plans} == {36, 48, 60, 72}


def test_unpublished_topics_are_never_filled() -> None:
    facts = simulated(gather(wish(topic="¿cuál es el CAT y cobran comisión por apertura?")))
    assert facts.unknown_topics == ("cat", "opening_commission")
    assert facts.quotes == ()


@pytest.mark.parametrize(("down", "percent"), [(Decimal(60000), None), (None, Decimal(20)), (None, None)])
def test_a_monthly_budget_gives_cars_that_fit_it(down: Decimal | None, percent: Decimal | None) -> None:
    detail = wish(monthly_budget=Decimal(5000), term_months=60, down_payment=down, down_payment_percent=percent)
    gathered = gather(detail)
    facts = simulated(gathered)
    assert [limit.loan for limit in facts.limits] == [Decimal(n) for n in (154956, 197141, 235327, 269893)]
    assert facts.cars
    for quote in facts.quotes:
        assert next(plan.monthly for plan in quote.plans if plan.term_months == 60) <= Decimal("5000.01")
    assert gathered.state.shown == tuple(car.stock_id for car in facts.cars)
