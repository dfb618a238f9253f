"""A model may misread a message, but it may not add to it: slots that the message does not hold are dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot_core.catalog.service import CarDataService
from bot_core.intents import IntentDetail, UserIntentionResponse
from bot_core.normalization import fold
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import Quantity, QuantityKind

_KINDS: Mapping[str, QuantityKind] = {
    **dict.fromkeys(("year_min", "year_max"), QuantityKind.YEAR),
    **dict.fromkeys(("price_min", "price_max", "down_payment", "monthly_budget"), QuantityKind.AMOUNT),
    "km_max": QuantityKind.KILOMETRES,
    "term_months": QuantityKind.TERM,
    "down_payment_percent": QuantityKind.PERCENT,
}
"""What a slot's number must have been said as; a bare number may mean any of them."""
_ROUND_ABOUT = Decimal("0.10")
""" "unos 200" is read as 180 to 220."""
_LARGE = 10_000
_YEARS = range(1980, 2100)
_LONGEST_TERM = 120


def verified(response: UserIntentionResponse, text: str, catalog: CarDataService) -> UserIntentionResponse:
    """`response` without the numbers and car names that `text` does not hold, or holds as something else: kilometres
    are no price, and an amount is no year."""
    said = find_quantities(text)
    cars = {name for mention in catalog.mentions(text) for name in (mention.make, mention.model) if name}
    intents = [_checked(detail, said, cars, text, catalog) for detail in response.intents]
    return response.model_copy(update={"intents": intents})


def _checked(
    detail: IntentDetail, said: Sequence[Quantity], cars: set[str], text: str, catalog: CarDataService
) -> IntentDetail:
    changes: dict[str, object] = {
        name: None
        for name, kind in _KINDS.items()
        if (value := getattr(detail, name)) is not None and not _is_said(Decimal(value), kind, said)
    }
    if detail.make or detail.model:
        wish = catalog.resolve(detail.make, detail.model, detail.version)
        if not ({wish.make, wish.model} & cars or _in_text(detail, text)):
            changes |= {"make": None, "model": None, "version": None}
    return detail.model_copy(update=changes)


def _in_text(detail: IntentDetail, text: str) -> bool:
    folded = fold(text)
    return any(name and fold(name) in folded for name in (detail.make, detail.model))


def _is_said(value: Decimal, kind: QuantityKind, said: Sequence[Quantity]) -> bool:
    """In one of the readings that customers use: as it is, in thousands, years as months or short ("del 18")."""
    if not _is_plausible(value, kind):
        return False
    if value == 0:
        return True
    numbers = [quantity.value for quantity in said if quantity.kind in (kind, QuantityKind.NUMBER)]
    readings = [reading for number in numbers for reading in (number, number * 1000, number * 12, number + 2000)]
    return any(value == reading or _is_about(value, reading) for reading in readings)


def _is_about(value: Decimal, reading: Decimal) -> bool:
    return reading >= _LARGE and value >= _LARGE and abs(value - reading) <= reading * _ROUND_ABOUT


def _is_plausible(value: Decimal, kind: QuantityKind) -> bool:
    if kind is QuantityKind.YEAR:
        return value in _YEARS
    if kind is QuantityKind.TERM:
        return 0 < value <= _LONGEST_TERM
    return value >= 0
