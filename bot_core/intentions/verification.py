"""A model may misread a message, but it may not add to it: slots that the message does not hold are dropped."""

from __future__ import annotations

from decimal import Decimal

from bot_core.catalog.service import CarDataService
from bot_core.intents import IntentDetail, UserIntentionResponse
from bot_core.normalization import fold
from bot_core.quantities.finder import find_quantities

_NUMBERS = (
    "year_min", "year_max", "price_min", "price_max", "km_max",
    "down_payment", "down_payment_percent", "term_months", "monthly_budget",
)  # fmt: skip
_ROUND_ABOUT = Decimal("0.10")
""" "unos 200" is read as 180 to 220."""


def verified(response: UserIntentionResponse, text: str, catalog: CarDataService) -> UserIntentionResponse:
    """`response` without the numbers and car names that `text` does not hold."""
    said = _numbers_in(text)
    cars = {name for mention in catalog.mentions(text) for name in (mention.make, mention.model) if name}
    intents = [_checked(detail, said, cars, text, catalog) for detail in response.intents]
    return response.model_copy(update={"intents": intents})


def _checked(
    detail: IntentDetail, said: frozenset[Decimal], cars: set[str], text: str, catalog: CarDataService
) -> IntentDetail:
    changes: dict[str, object] = {
        name: None
        for name in _NUMBERS
        if (value := getattr(detail, name)) is not None and not _is_said(Decimal(value), said)
    }
    if detail.make or detail.model:
        wish = catalog.resolve(detail.make, detail.model, detail.version)
        if not ({wish.make, wish.model} & cars or _in_text(detail, text)):
            changes |= {"make": None, "model": None, "version": None}
    return detail.model_copy(update=changes)


def _in_text(detail: IntentDetail, text: str) -> bool:
    folded = fold(text)
    return any(name and fold(name) in folded for name in (detail.make, detail.model))


def _numbers_in(text: str) -> frozenset[Decimal]:
    """Every number of the text in the readings that customers use: as it is, in thousands, years as months."""
    values = {quantity.value for quantity in find_quantities(text)}
    return frozenset(reading for value in values for reading in (value, value * 1000, value * 12, value + 2000))


def _is_said(value: Decimal, said: frozenset[Decimal]) -> bool:
    if value in said or value == 0:
        return True
    return any(
        abs(value - reading) <= reading * _ROUND_ABOUT for reading in said if reading >= 10_000 and value >= 10_000
    )
