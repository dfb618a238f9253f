"""Is the goal reached? Judged from outside: facts, state and recorded requests; never from what anybody claims."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import TypeAdapter

from bot_core.facts.facts import BoundaryFacts, CarSearchFacts, Facts, FinancingFacts, InfoFacts
from bot_core.leads.lead import LeadKind
from bot_core.normalization import fold
from workbench.evaluation.dataset.personas import KnownFacts, Outcome, Persona
from workbench.evaluation.reference.cars import ReferenceCar, fitting
from workbench.records import LeadRecord, TurnRecord

_FACTS: TypeAdapter[list[Facts]] = TypeAdapter(list[Facts])
_LEADS = {
    Outcome.APPOINTMENT_RECORDED: LeadKind.APPOINTMENT,
    Outcome.RESERVATION_RECORDED: LeadKind.RESERVATION,
    Outcome.TRADE_IN_RECORDED: LeadKind.TRADE_IN,
}
_NO_OTHER_PRICE = frozenset({"price-and-discounts"})
"""Entries of the knowledge base that refuse a discount."""


def goal_reached(persona: Persona, turns: Sequence[TurnRecord], cars: Sequence[ReferenceCar]) -> bool:
    """`cars` is the whole catalogue, read independently of the bot."""
    if not turns:
        return False
    outcome, state = persona.goal.outcome, turns[-1].state
    facts = [fact for turn in turns for fact in _facts_of(turn)]
    match outcome:
        case Outcome.CARS_SHOWN:
            return _cars_shown(persona.knows, facts, cars)
        case Outcome.PLAN_SHOWN:
            return _plan_shown(persona.knows, facts)
        case Outcome.INFO_GIVEN:
            return _info_given(persona, turns)
        case Outcome.HANDED_OFF:
            return state.handed_off
        case Outcome.OPTED_OUT:
            return state.opted_out
        case Outcome.DECLINED:
            return _declined(facts)
        case _:
            leads = [lead for turn in turns for lead in turn.leads]
            return any(_is_ours(lead, _LEADS[outcome], persona.knows) for lead in leads)


def _cars_shown(knows: KnownFacts, facts: Sequence[Facts], cars: Sequence[ReferenceCar]) -> bool:
    """A car that the customer could take; when the catalogue has none, being shown the closest is all there is."""
    shown = {car.stock_id for fact in facts if isinstance(fact, CarSearchFacts) for car in fact.cars}
    suitable = {car.stock_id for car in _suitable(knows, cars)}
    return bool(shown & suitable if suitable else shown)


def _suitable(knows: KnownFacts, cars: Sequence[ReferenceCar]) -> Sequence[ReferenceCar]:
    wishes = {
        "make": knows.make,
        "model": knows.model,
        "body_type": knows.body_type,
        "transmission": knows.transmission,
        "year_min": knows.year_min,
        "km_max": knows.km_max,
        "price_max": knows.price_max,
        "features": knows.features,
    }
    return fitting(cars, wishes)


def _plan_shown(knows: KnownFacts, facts: Sequence[Facts]) -> bool:
    """A simulation with the customer's own down payment, or what their monthly budget buys."""
    plans = [fact for fact in facts if isinstance(fact, FinancingFacts)]
    if knows.monthly_budget is not None:
        return any(plan.limits and plan.monthly_budget == knows.monthly_budget for plan in plans)
    quotes = [quote for plan in plans for quote in plan.quotes]
    wanted = knows.down_payment
    return any(wanted is None or quote.down_payment == wanted or quote.raised_to_minimum for quote in quotes)


def _info_given(persona: Persona, turns: Sequence[TurnRecord]) -> bool:
    """Every question was asked in a turn that was answered from the knowledge base, an absent city included."""
    answered = [_words(" ".join(message.text for message in turn.messages)) for turn in turns if _informs(turn)]
    return all(any(_asks(question, words) for words in answered) for question in persona.knows.questions)


def _informs(turn: TurnRecord) -> bool:
    facts = (fact for fact in _facts_of(turn) if isinstance(fact, InfoFacts))
    return any(fact.entries or fact.branches or fact.absent_city for fact in facts)


def _asks(question: str, said: frozenset[str]) -> bool:
    """Most of its longer words: a slip of the thumb is no other question."""
    words = _words(question)
    return len(words & said) * 2 > len(words)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{4,}", fold(text)))


def _facts_of(turn: TurnRecord) -> list[Facts]:
    return _FACTS.validate_python(turn.trace.facts)


def _declined(facts: Sequence[Facts]) -> bool:
    """Refused as an attack or another subject, or told that there is no other price."""
    refused = any(isinstance(fact, BoundaryFacts) and fact.subject in ("unsafe", "out_of_scope") for fact in facts)
    entries = {entry.entry_id for fact in facts if isinstance(fact, InfoFacts) for entry in fact.entries}
    return refused or bool(entries & _NO_OTHER_PRICE)


def _is_ours(lead: LeadRecord, kind: LeadKind, knows: KnownFacts) -> bool:
    named = knows.name is None or fold(knows.name) in fold(lead.lead.customer_name or "")
    branch = knows.branch is None or fold(knows.branch) in fold(lead.lead.branch_name or "")
    return lead.lead.kind is kind and named and branch
