"""From an intent and what was found for it to the details that agents read."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.catalog.car import Car, CarMention, SearchCriteria
from bot_core.intents import CarReference, Intent, IntentDetail, ReferenceKind, SortOrder
from bot_core.offline.findings import CAR_SLOTS, SEARCH_SLOTS, Finding, slot_values
from bot_core.offline.message import Message
from bot_core.offline.references import superlative_position
from bot_core.offline.wishes import is_correction
from bot_core.sessions.references import POINTING
from bot_core.sessions.state import ConversationState, FinancingInputs

_KEPT_WITH_POINTING = frozenset({"color", "fuel", "cleared"})
"""The other criteria beside "el segundo" ask about that car ("¿trae bluetooth?"); they are no new search."""
_CORRECTABLE = frozenset({Intent.CAR_RECOMMENDATION, Intent.FINANCING})
_ASKED_OF_ONE_CAR = frozenset({"features", "color", "fuel", "transmission", "km_max", "version", "sort"})


def detail_of(
    intent: Intent, findings: Sequence[Finding], message: Message, shown: Sequence[Car], state: ConversationState
) -> list[IntentDetail]:
    """The wish with all its slots, and one more detail for every further car that it names."""
    cars: list[CarMention] = [finding.value for finding in findings if finding.slot == "car"]
    values = slot_values(finding for finding in findings if finding.slot != "car")
    values |= _names(cars[0]) if cars else {}
    if intent is not Intent.CAR_RECOMMENDATION:
        _resolve_superlative(values, shown)
    else:
        _ask_about_one_car(values, message, state)
        _drop_what_the_reference_says(values)
    if intent in _CORRECTABLE and _is_under_way(state) and is_correction(message.reading.mended):
        values["correction"] = True
    first = IntentDetail(intent=intent, **values)
    return [first, *(IntentDetail(intent=intent, **_names(car)) for car in cars[1:] if _names(car) != _names(cars[0]))]


def _names(car: CarMention) -> dict[str, str]:
    named = {"make": car.make, "model": car.model, "version": car.version}
    return {slot: name for slot, name in named.items() if name}


def _resolve_superlative(values: dict[str, object], shown: Sequence[Car]) -> None:
    """ "El más barato a 48 meses": of the cars on the screen that is one of them."""
    sort = values.get("sort")
    if isinstance(sort, SortOrder) and "reference" not in values and shown:
        position = superlative_position(sort, shown)
        if position:
            del values["sort"]
            values["reference"] = CarReference(kind=ReferenceKind.ORDINAL, position=position)


def _ask_about_one_car(values: dict[str, object], message: Message, state: ConversationState) -> None:
    """ "¿Tiene bluetooth?" while one car is talked about is a question about that car."""
    if "reference" in values or not (state.chosen or len(state.shown) == 1):
        return
    groups = {cue.group for cue in message.cues}
    asks = groups & {"detail_ask", "price_ask"} and not groups & {"search", "car_noun", "some_car"}
    if asks and values.keys() <= _ASKED_OF_ONE_CAR and not _is_plural(message):
        values["reference"] = CarReference(kind=ReferenceKind.CHOSEN)


def _is_plural(message: Message) -> bool:
    """ "¿Tienen en rojo?" asks for other cars."""
    words = (message.reading.mended[cue.start : cue.end] for cue in message.cues if cue.group == "have")
    return any(word in ("tienen", "tienes", "hay", "manejan", "venden", "tendran") for word in words)


def _drop_what_the_reference_says(values: dict[str, object]) -> None:
    reference = values.get("reference")
    if not isinstance(reference, CarReference):
        return
    if reference.kind in POINTING:
        for slot in SEARCH_SLOTS - _KEPT_WITH_POINTING:
            values.pop(slot, None)
        if reference.kind is not ReferenceKind.DESCRIBED:
            for slot in CAR_SLOTS:
                values.pop(slot, None)
    else:
        values.pop("sort", None)


def _is_under_way(state: ConversationState) -> bool:
    return bool(state.shown) or state.criteria != SearchCriteria() or state.financing != FinancingInputs()
