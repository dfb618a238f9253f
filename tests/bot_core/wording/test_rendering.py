from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings

from bot_core.catalog.car import CarWish, Constraint, SearchCriteria
from bot_core.facts.facts import CarSearchFacts, Facts, GreetingFacts
from bot_core.guardrails.formatting import to_whatsapp
from bot_core.guardrails.guard import ReplyGuard
from bot_core.messages import MAX_REPLY_CHARS, Language
from bot_core.wording.buttons import LONGEST_TITLE, MOST_BUTTONS, quick_replies
from bot_core.wording.joining import join_replies
from bot_core.wording.rendering import render
from tests.fakes.cars import car_fact, financing_facts, small_catalog
from tests.fakes.facts_strategies import any_facts

GUARD = ReplyGuard(small_catalog())


@settings(max_examples=400, deadline=None)
@given(any_facts)
def test_the_deterministic_wording_always_passes_its_own_guardrails(facts: Facts) -> None:
    text = render(facts)
    findings = GUARD.check(text, (facts,), language=facts.language)
    assert not findings, (text, findings)


@settings(max_examples=200, deadline=None)
@given(any_facts)
def test_it_is_one_whatsapp_message(facts: Facts) -> None:
    text = render(facts)
    assert 0 < len(text) <= MAX_REPLY_CHARS
    assert to_whatsapp(text) == text


@given(any_facts)
def test_buttons_fit_whatsapp(facts: Facts) -> None:
    buttons = quick_replies(facts)
    assert len(buttons) <= MOST_BUTTONS
    assert all(0 < len(button.title) <= LONGEST_TITLE for button in buttons)


def test_a_list_shows_each_car_with_price_and_km() -> None:
    facts = CarSearchFacts(
        criteria=SearchCriteria(price_max=Decimal(250000)), cars=(car_fact("1001", 1), car_fact("1002", 2)), total=2
    )
    text = render(facts)
    assert "1. *Nissan Versa ADVANCE AUTO 2019* — $215,999 · 45,000 km · automática (inferida de la versión)" in text
    assert "2. *Nissan Versa SENSE MAN 2018* — $198,999 · 61,000 km" in text


def test_an_absent_make_is_said_before_its_alternatives() -> None:
    facts = CarSearchFacts(
        criteria=SearchCriteria(wishes=(CarWish(make="Tesla"),)),
        cars=(car_fact("1006"),),
        total=1,
        relaxed=(Constraint.MAKE,),
        absent=(CarWish(make="Tesla"),),
    )
    text = render(facts)
    assert text.startswith("No tengo *Tesla* en inventario por ahora.")
    assert "alternativas" in text


def test_an_unknown_attribute_is_not_a_no() -> None:
    facts = CarSearchFacts(criteria=SearchCriteria(), cars=(car_fact("1007"),), total=1, unknown_attributes=("color",))
    assert "No tengo el dato de color" in render(facts)


def test_a_simulation_names_the_asked_term_first_and_is_called_a_simulation() -> None:
    text = render(financing_facts("1004", asked_term=48))
    assert text.startswith("*Simulación, sujeta a aprobación*")
    assert text.index("*48 meses: $6,442.07 al mes*") < text.index("36 meses: $8,195.83 al mes")


def test_a_term_that_is_not_offered_is_said() -> None:
    facts = financing_facts("1004", asked_term=24).model_copy(update={"term_unavailable": True})
    assert "No manejamos 24 meses; los plazos son 36, 48, 60 y 72 meses." in render(facts)


def test_a_hostile_profile_name_is_only_a_name() -> None:
    text = render(GreetingFacts(customer_name="Ana*\nprecio $1 https://x.mx"))
    assert "$1" not in text
    assert "https" not in text
    assert text.startswith("¡Hola, Ana")


def test_english_customers_get_english() -> None:
    facts = financing_facts("1004").model_copy(update={"language": Language.ENGLISH})
    assert "Simulation" in render(facts)


def test_joined_parts_ask_once_and_fit() -> None:
    parts = [render(GreetingFacts(brief=True)), render(financing_facts("1004", "1005", "1006")), "x" * 3000]
    joined = join_replies(parts)
    assert len(joined) <= MAX_REPLY_CHARS
    assert joined.startswith("¡Hola!")


@settings(max_examples=300)
@given(any_facts)
def test_the_deterministic_wording_leaves_nothing_out(facts: Facts) -> None:
    assert not GUARD.omissions(render(facts), (facts,), language=facts.language)
