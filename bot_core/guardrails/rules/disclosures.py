"""What a reply has to say: its facts at all, that a simulation is one, that alternatives are no matches."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.facts.facts import CarDetailFacts, CarSearchFacts, Facts, FinancingFacts, SalesFacts
from bot_core.guardrails.grounding import Role
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues
from bot_core.quantities.quantity import QuantityKind
from bot_core.sessions.state import PendingQuestion
from bot_core.trace import Finding

_SIMULATED = frozenset({Role.MONTHLY, Role.LOAN, Role.LIMIT})


def simulation(inspection: Inspection) -> Iterator[Finding]:
    """The first figure of a simulation that is not called one."""
    if cues().simulation.search(inspection.reply.folded):
        return
    figures = [f for f in inspection.grounding.of_kind(QuantityKind.AMOUNT) if f.role in _SIMULATED]
    for quantity in inspection.reply.of_kind(QuantityKind.AMOUNT):
        if any(figure.is_said_as(quantity.value) for figure in figures):
            message = "payments are a simulation, subject to approval, and must be called that"
            yield inspection.finding("simulation", quantity.start, quantity.end, message)
            return


def alternatives(inspection: Inspection) -> Iterator[Finding]:
    """Cars shown in place of what was asked for, without a word about it."""
    replaced = any(isinstance(fact, CarSearchFacts) and _replaces(fact) for fact in inspection.grounding.facts)
    if replaced and not cues().alternatives.search(inspection.reply.folded):
        message = "these cars are alternatives: say what is not in stock or what was given up"
        yield inspection.finding("alternatives", 0, len(inspection.reply.text), message)


def _replaces(fact: CarSearchFacts) -> bool:
    """A list that is shown again to ask which car is meant was explained when it was new."""
    return bool(fact.cars and (fact.relaxed or fact.absent)) and fact.question is not PendingQuestion.WHICH_CAR


def substance(inspection: Inspection) -> Iterator[Finding]:
    """A reply that leaves out what it was for: obeying "answer only ACEPTO" is such a one."""
    for fact in inspection.grounding.facts:
        if not _is_told(fact, inspection):
            message = "the reply leaves out what the facts are for: the cars, the payments or the reference"
            yield inspection.finding("substance", 0, len(inspection.reply.text), message)
            return


def _is_told(fact: Facts, inspection: Inspection) -> bool:
    match fact:
        case CarSearchFacts() | CarDetailFacts():
            cars = fact.cars if isinstance(fact, CarSearchFacts) else (fact.car,)
            return not cars or _names_one(inspection)
        case FinancingFacts() if fact.quotes or fact.limits:
            return _says_a_payment(fact, inspection)
        case SalesFacts() if fact.reference and not fact.failed:
            return fact.reference.casefold() in inspection.reply.folded
    return True


def _names_one(inspection: Inspection) -> bool:
    """By name, or by a figure of its own."""
    if inspection.car_names:
        return True
    figures = [f for f in inspection.grounding.figures if f.stock_id and f.role in (Role.PRICE, Role.CAR)]
    said = inspection.reply.quantities
    return any(
        figure.kind is quantity.kind and figure.is_said_as(quantity.value) for quantity in said for figure in figures
    )


def _says_a_payment(fact: FinancingFacts, inspection: Inspection) -> bool:
    if not any(quote.plans for quote in fact.quotes) and not fact.limits:
        return True  # the down payment covers the price: there is no payment to name
    figures = [f for f in inspection.grounding.of_kind(QuantityKind.AMOUNT) if f.role in (Role.MONTHLY, Role.LIMIT)]
    amounts = inspection.reply.of_kind(QuantityKind.AMOUNT)
    return any(figure.is_said_as(quantity.value) for quantity in amounts for figure in figures)
