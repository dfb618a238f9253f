"""Shared by the rules on figures: whose figure is it, and is it only an echo of the customer's own words."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.guardrails.grounding import Figure
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues
from bot_core.quantities.quantity import Quantity


def of_scope(figures: Sequence[Figure], cars: frozenset[str] | None) -> list[Figure]:
    """Those of the cars talked about, and those that belong to no car."""
    return [figure for figure in figures if cars is None or figure.stock_id is None or figure.stock_id in cars]


def has_echo_cue(inspection: Inspection, quantity: Quantity) -> bool:
    """ "hasta $250,000", "$250,000 de presupuesto": said as the customer's wish, near the figure."""
    sentence = inspection.reply.sentence_at(quantity.start)
    start, end = max(sentence.start, quantity.start - _BEFORE), min(sentence.end, quantity.end + _AFTER)
    return bool(cues().echo.search(inspection.reply.folded, start, end))


_BEFORE, _AFTER = 40, 30
"""Characters around a figure in which an echo is marked."""
