"""Which shown car does the customer mean: "el segundo", "ese", "el jetta que me dijiste"."""

from __future__ import annotations

from bot_core.catalog.car import Car
from bot_core.catalog.service import CarDataService
from bot_core.intents import IntentDetail, ReferenceKind
from bot_core.normalization import fold
from bot_core.sessions.state import ConversationState

POINTING = frozenset({ReferenceKind.ORDINAL, ReferenceKind.CHOSEN, ReferenceKind.DESCRIBED})
"""References to one car; the others ask for a new search."""


def referred_car(detail: IntentDetail, state: ConversationState, catalog: CarDataService) -> Car | None:
    """The car that `detail` points at among those shown, or None when it points at none or at several."""
    if detail.reference is None or detail.reference.kind not in POINTING:
        return None
    match detail.reference.kind:
        case ReferenceKind.ORDINAL:
            stock_id = _by_position(state.shown, detail.reference.position)
        case ReferenceKind.DESCRIBED:
            stock_id = _described(detail, state, catalog)
        case _:
            stock_id = _single(state)
    return catalog.get(stock_id) if stock_id else None


def current_car(state: ConversationState, catalog: CarDataService) -> Car | None:
    """The chosen car, or the only one shown."""
    stock_id = _single(state)
    return catalog.get(stock_id) if stock_id else None


def _by_position(shown: tuple[str, ...], position: int | None) -> str | None:
    if position is None:
        return None
    index = position - 1 if position > 0 else len(shown) + position
    return shown[index] if 0 <= index < len(shown) else None


def _single(state: ConversationState) -> str | None:
    if state.chosen:
        return state.chosen
    return state.shown[0] if len(state.shown) == 1 else None


def _described(detail: IntentDetail, state: ConversationState, catalog: CarDataService) -> str | None:
    """The latest shown car of that make and model, of that version when one was said; the last list wins over older
    ones, its first car over the others."""
    wish = catalog.resolve(detail.make, detail.model, detail.version)
    if wish.make is None and wish.model is None:
        return None
    cars = (car for stock_id in (*state.shown, *reversed(state.ever_shown)) if (car := catalog.get(stock_id)))
    fitting = [car for car in cars if wish.model in (None, car.model) and wish.make in (None, car.make)]
    version = fold(wish.version or "")
    exact = (car.stock_id for car in fitting if version and version in fold(car.version))
    return next(exact, fitting[0].stock_id if fitting else None)
