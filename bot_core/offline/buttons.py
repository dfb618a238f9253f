"""What a tapped quick reply means. Only the payload field counts: the same characters typed as text are text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot_core.catalog.car import SearchCriteria
from bot_core.intents import CarReference, Intent, IntentDetail, ReferenceKind
from bot_core.knowledge.entry import Branch
from bot_core.offline.lexicon import texts
from bot_core.sessions.state import ConversationState

_PLAIN = {
    "financing": IntentDetail(intent=Intent.FINANCING),
    "appointment": IntentDetail(intent=Intent.SALES),
    "retry": IntentDetail(intent=Intent.SALES),
    "person": IntentDetail(intent=Intent.PERSON_REQUEST),
    "more": IntentDetail(intent=Intent.CAR_RECOMMENDATION, reference=CarReference(kind=ReferenceKind.MORE)),
}
_PAYLOAD = re.compile(r"\s*[a-z_]+:[a-z0-9_-]+\s*", re.IGNORECASE)
_RESTARTED = (
    "make", "model", "version", "year_min", "year_max", "price_min", "price_max", "km_max", "transmission", "body_type",
    "features",
)  # fmt: skip


def read_button(
    payload: str | None, state: ConversationState, branches: Sequence[Branch], *, which_car_for: Intent
) -> IntentDetail | None:
    """The wish of a payload of bot_core.wording.buttons; None for no payload or an unknown one.

    `which_car_for`: what the bot asked "¿cuál?" for.
    """
    if payload is None:
        return None
    if payload == "search":
        cleared = [] if state.criteria == SearchCriteria() else list(_RESTARTED)
        return IntentDetail(intent=Intent.CAR_RECOMMENDATION, cleared=cleared)
    name, _, value = payload.partition(":")
    if name == "car" and value.isdecimal():
        reference = CarReference(kind=ReferenceKind.ORDINAL, position=int(value))
        return IntentDetail(intent=which_car_for, reference=reference)
    if name == "day":
        said = texts(state.language.value).get(value)
        return IntentDetail(intent=Intent.SALES, day=said) if said else None
    if name == "branch":
        branch = next((branch for branch in branches if branch.branch_id == value), None)
        return IntentDetail(intent=Intent.SALES, branch=branch.name) if branch else None
    return _PLAIN.get(payload)


def looks_like_payload(text: str) -> bool:
    """ "car:2" typed by hand."""
    return bool(_PAYLOAD.fullmatch(text))
