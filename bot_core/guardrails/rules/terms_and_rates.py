"""Terms, percentages and numbers with a unit: only those of the facts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from bot_core.facts.facts import CarFact, CarSearchFacts
from bot_core.guardrails.denials import sentence_denies
from bot_core.guardrails.grounding import Grounding, Role
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import Cues, cues
from bot_core.guardrails.reading import is_inside, same_length_fold
from bot_core.quantities.quantity import QuantityKind
from bot_core.trace import Finding

_CENTIMETRE_MM = 10


def terms(inspection: Inspection) -> Iterator[Finding]:
    """A term that is not offered may only be named to say so."""
    figures = inspection.grounding.of_kind(QuantityKind.TERM)
    for quantity in inspection.numbers(QuantityKind.TERM):
        same = [figure for figure in figures if figure.value == quantity.value]
        if not same:
            yield inspection.finding("term", quantity.start, quantity.end, "this term is not in the facts")
        elif all(figure.role is Role.CUSTOMER for figure in same):
            sentence = inspection.reply.sentence_at(quantity.start)
            if not sentence_denies(inspection.reply, sentence):
                yield inspection.finding("term", quantity.start, quantity.end, "this term is not offered")


def percentages(inspection: Inspection) -> Iterator[Finding]:
    known = {figure.value for figure in inspection.grounding.of_kind(QuantityKind.PERCENT)}
    for quantity in inspection.numbers(QuantityKind.PERCENT):
        if quantity.value not in known:
            yield inspection.finding("percentage", quantity.start, quantity.end, "this percentage is not in the facts")


def counts(inspection: Inspection) -> Iterator[Finding]:
    """ "7 días", "15 sedes", "4.49 m": a bare number is fine, one with a unit is a claim."""
    words = cues()
    excused = (*inspection.car_names, *inspection.quoted, *inspection.place_names, *inspection.customer_day)
    for match in words.unit.finditer(inspection.reply.folded):
        if is_inside(excused, *match.span()):
            continue
        number = _number(match["number"], words)
        if number not in _known_counts(inspection.grounding, match["unit"], words):
            yield inspection.finding("count", *match.span(), "this number is not in the facts")


def _number(text: str, words: Cues) -> Decimal:
    spelled = words.number_words.get(text)
    return Decimal(spelled) if spelled is not None else Decimal(text.replace(",", ""))


def _known_counts(grounding: Grounding, unit: str, words: Cues) -> set[Decimal]:
    if unit in words.length_units:
        scale = words.length_units[unit]
        return {size for car in grounding.cars for size in _sizes(car, scale)}
    known = _numbers_of_knowledge(grounding, words)
    known |= {figure.value / 12 for figure in grounding.of_kind(QuantityKind.TERM)}
    if unit in words.stock_units:
        totals = {fact.total for fact in grounding.facts if isinstance(fact, CarSearchFacts)}
        known |= {Decimal(n) for n in (*totals, *range(1, len(grounding.cars) + 1))}
    if unit in words.place_units:
        known |= {Decimal(n) for n in range(1, len(set(grounding.branches)) + 1)}
    return known


def _numbers_of_knowledge(grounding: Grounding, words: Cues) -> set[Decimal]:
    """With any unit: the knowledge says "siete días", the reply "7 días"."""
    texts = (
        *grounding.knowledge,
        *(hours for branch in grounding.branches for hours in (branch.hours, branch.hours_en) if hours),
    )
    return {_number(match["number"], words) for text in texts for match in words.unit.finditer(same_length_fold(text))}


def _sizes(car: CarFact, scale: int) -> Iterator[Decimal]:
    """A size in its unit, exact and rounded to a centimetre."""
    for size in (car.length_mm, car.width_mm, car.height_mm):
        if size is not None:
            yield Decimal(size) / scale
            yield (Decimal(size) / _CENTIMETRE_MM).quantize(Decimal(1), rounding=ROUND_HALF_UP) * _CENTIMETRE_MM / scale
