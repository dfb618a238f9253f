"""Every amount is one of the facts, belongs to the car talked about, and means there what it means in the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot_core.guardrails.grounding import Figure, Role
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues
from bot_core.guardrails.rules.attribution import has_echo_cue, of_scope
from bot_core.quantities.quantity import Quantity, QuantityKind
from bot_core.trace import Finding

RULE = "amount"
_CONTEXT = 70
"""Characters before an amount in which its meaning is said."""
_BY_TERM = frozenset({Role.MONTHLY, Role.LIMIT})


def amounts(inspection: Inspection) -> Iterator[Finding]:
    figures = inspection.grounding.of_kind(QuantityKind.AMOUNT)
    for quantity in inspection.numbers(QuantityKind.AMOUNT):
        fault = _fault(inspection, quantity, [figure for figure in figures if figure.is_said_as(quantity.value)])
        if fault:
            yield inspection.finding(RULE, quantity.start, quantity.end, fault)


def _fault(inspection: Inspection, quantity: Quantity, same: Sequence[Figure]) -> str | None:
    if not same:
        return "this amount is not in the facts"
    own = of_scope(same, inspection.scopes.cars_at(quantity.start))
    if not own:
        return "this amount belongs to another car"
    said = roles_said(inspection, quantity)
    fitting = [figure for figure in own if said is None or figure.role in said or figure.role is Role.KNOWLEDGE]
    if not fitting:
        return f"the facts do not hold this amount as {' or '.join(sorted(said or ()))}"
    if _is_unexplained_echo(inspection, quantity, fitting, said):
        return "the customer named this amount; it is not a figure of this car"
    return _term_fault(inspection, quantity, fitting)


def roles_said(inspection: Inspection, quantity: Quantity) -> frozenset[Role] | None:
    """What the words right before or after the amount say that it is; None when they say nothing."""
    folded = inspection.reply.folded
    sentence = inspection.reply.sentence_at(quantity.start)
    after = folded[quantity.end : quantity.end + _CONTEXT]
    said = next((cue.roles for cue in cues().after if cue.pattern.match(after)), None)
    if said is not None:
        return said
    before = folded[max(sentence.start, quantity.start - _CONTEXT) : quantity.start]
    return next((cue.roles for cue in cues().before if cue.pattern.search(before)), None)


def _is_unexplained_echo(
    inspection: Inspection, quantity: Quantity, fitting: Sequence[Figure], said: frozenset[Role] | None
) -> bool:
    if any(figure.role is not Role.CUSTOMER for figure in fitting) or (said and Role.CUSTOMER in said):
        return False
    return bool(inspection.scopes.cars_at(quantity.start)) and not has_echo_cue(inspection, quantity)


def _term_fault(inspection: Inspection, quantity: Quantity, fitting: Sequence[Figure]) -> str | None:
    """ "60 meses: $6,442.07" when that is the payment for 48."""
    if any(figure.role not in _BY_TERM for figure in fitting):
        return None
    line = inspection.reply.lines[inspection.reply.line_number(quantity.start)]
    terms = {int(t.value) for t in inspection.reply.of_kind(QuantityKind.TERM) if line.holds(t.start, t.end)}
    others = [a for a in inspection.reply.of_kind(QuantityKind.AMOUNT) if line.holds(a.start, a.end) and a != quantity]
    if len(terms) != 1 or others or terms & {figure.term_months for figure in fitting}:
        return None
    return "the facts hold this amount for another term"
