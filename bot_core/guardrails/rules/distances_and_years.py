"""Kilometres and years: in the facts, and of the car that is talked about."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.guardrails.denials import is_denied
from bot_core.guardrails.grounding import Role
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.rules.attribution import has_echo_cue, of_scope
from bot_core.quantities.quantity import Quantity, QuantityKind
from bot_core.trace import Finding


def kilometres(inspection: Inspection) -> Iterator[Finding]:
    yield from _figures_of_cars(inspection, QuantityKind.KILOMETRES, "kilometres")


def years(inspection: Inspection) -> Iterator[Finding]:
    yield from _figures_of_cars(inspection, QuantityKind.YEAR, "year")


def _figures_of_cars(inspection: Inspection, kind: QuantityKind, rule: str) -> Iterator[Finding]:
    figures = inspection.grounding.of_kind(kind)
    for quantity in inspection.numbers(kind):
        same = [figure for figure in figures if figure.value == quantity.value]
        cars = inspection.scopes.cars_at(quantity.start)
        own = of_scope(same, cars)
        if not same:
            yield inspection.finding(rule, quantity.start, quantity.end, "this figure is not in the facts")
        elif not own:
            yield inspection.finding(rule, quantity.start, quantity.end, "this figure belongs to another car")
        elif cars and all(f.role is Role.CUSTOMER for f in own) and not _is_echo(inspection, quantity):
            message = "the customer named this figure; it is not one of this car"
            yield inspection.finding(rule, quantity.start, quantity.end, message)


def _is_echo(inspection: Inspection, quantity: Quantity) -> bool:
    """ "No tengo Corolla del año 2030", or a word that marks the customer's wish."""
    return has_echo_cue(inspection, quantity) or is_denied(inspection.reply, quantity.start, quantity.end)
