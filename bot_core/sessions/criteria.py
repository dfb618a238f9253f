"""How a message changes the search under way: a new wish replaces, a correction refines, the rest stays."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.catalog.service import CarDataService
from bot_core.intents import IntentDetail

_PLAIN = ("transmission", "body_type", "sort", "km_max")
_PAIRS = (("price_min", "price_max"), ("year_min", "year_max"))
_CAR = ("make", "model", "version")


def has_search_wish(detail: IntentDetail) -> bool:
    """True when the detail holds a criterion beside a reference to a shown car and that car's own name."""
    names = (*_PLAIN, *(name for pair in _PAIRS for name in pair))
    return bool(detail.features) or any(getattr(detail, name) is not None for name in names)


def updated_criteria(
    criteria: SearchCriteria, details: Sequence[IntentDetail], catalog: CarDataService
) -> SearchCriteria:
    """`criteria` with everything that `details` say. A new car name replaces the old ones; a body type asked for by
    itself drops the car names, since "una camioneta" after "un Versa" is another wish."""
    changes = _without_cleared(details)
    wishes = _wishes(details, catalog)
    body_type = next((detail.body_type for detail in details if detail.body_type), None)
    if wishes:
        changes |= {"wishes": wishes, "body_type": None}
    elif body_type and body_type != criteria.body_type:
        changes["wishes"] = ()
    for detail in details:
        changes |= _said(detail)
    features = dict.fromkeys(feature for detail in details for feature in detail.features)
    if features:
        changes["features"] = tuple(features)
    return criteria.model_copy(update=changes)


def _wishes(details: Sequence[IntentDetail], catalog: CarDataService) -> tuple[CarWish, ...]:
    named = [detail for detail in details if detail.make or detail.model or detail.version]
    return tuple(dict.fromkeys(catalog.resolve(d.make, d.model, d.version) for d in named))


def _said(detail: IntentDetail) -> dict[str, object]:
    said: dict[str, object] = {name: value for name in _PLAIN if (value := getattr(detail, name)) is not None}
    for low, high in _PAIRS:
        if getattr(detail, low) is not None or getattr(detail, high) is not None:
            said |= {low: getattr(detail, low), high: getattr(detail, high)}
    return said


def _without_cleared(details: Sequence[IntentDetail]) -> dict[str, object]:
    cleared = {name for detail in details for name in detail.cleared}
    changes: dict[str, object] = {}
    if cleared & set(_CAR):
        changes["wishes"] = ()
    defaults = SearchCriteria()
    for name in cleared - set(_CAR):
        if name in SearchCriteria.model_fields:
            changes[name] = getattr(defaults, name)
    return changes
