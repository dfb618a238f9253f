"""Financing questions whose answer Kavak has not published: the bot says so and offers a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot_core.normalization import fold

_PATTERNS: dict[str, re.Pattern[str]] = {
    "cat": re.compile(r"\bcat\b|costo anual total|annual percentage rate|\bapr\b"),
    "opening_commission": re.compile(r"comision|apertura|opening fee|origination"),
    "insurance": re.compile(r"\bseguros?\b|aseguranza|insurance"),
    "prepayment": re.compile(
        r"pago(s)? anticipad|abono(s)? (a )?capital|adelantar (pagos|mensualidad)|liquidar antes"
        r"|prepay|pay(ing)? (it )?off early"
    ),
    "interest_free": re.compile(r"(meses )?sin interes|\bmsi\b|interest[- ]free"),
}


def unknown_topics(questions: Iterable[str]) -> tuple[str, ...]:
    """Stable names of the unpublished topics in `questions`, in the order of the table."""
    text = fold(" ".join(questions))
    return tuple(name for name, pattern in _PATTERNS.items() if pattern.search(text))
