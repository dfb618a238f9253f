"""What a reply has to say beside its figures: a simulation is called one, alternatives are no matches."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.facts.facts import CarSearchFacts
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
