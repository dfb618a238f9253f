from __future__ import annotations

from typing import Any

import pytest

from bot_core.intents import CarReference, Intent, IntentDetail, ReferenceKind
from bot_core.sessions.references import current_car, referred_car
from bot_core.sessions.state import ConversationState
from tests.fakes.cars import small_catalog

SHOWN = ConversationState(
    conversation_id="c1", shown=("1002", "1001", "1004"), ever_shown=("1005", "1009", "1002", "1001", "1004")
)


def _referred(kind: str | None, state: ConversationState = SHOWN, **slots: Any) -> str | None:
    reference = CarReference(kind=ReferenceKind(kind), position=slots.pop("position", None)) if kind else None
    detail = IntentDetail(intent=Intent.FINANCING, reference=reference, **slots)
    car = referred_car(detail, state, small_catalog())
    return car.stock_id if car else None


@pytest.mark.parametrize(
    ("position", "expected"),
    [(1, "1002"), (2, "1001"), (3, "1004"), (4, None), (0, None), (None, None), (-1, "1004"), (-3, "1002"), (-4, None)],
)
def test_by_position(position: int | None, expected: str | None):
    assert _referred("ordinal", position=position) == expected


def test_that_one_is_the_chosen_or_the_only_one_shown():
    assert _referred("chosen") is None
    assert _referred("chosen", SHOWN.model_copy(update={"chosen": "1001"})) == "1001"
    assert _referred("chosen", SHOWN.model_copy(update={"shown": ("1004",)})) == "1004"
    assert _referred("chosen", ConversationState(conversation_id="c1")) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"model": "yeta"}, "1004"),
        ({"make": "nisan", "model": "vversa"}, "1002"),
        ({"model": "versa", "version": "advance"}, "1001"),
        ({"model": "versa", "version": "exclusive"}, "1002"),
        ({"model": "Jetta", "version": "comfortline"}, "1005"),
        ({"make": "Kia"}, "1009"),
        ({"model": "CX-5"}, None),
        ({}, None),
    ],
)
def test_by_name_among_the_cars_shown(names: dict[str, Any], expected: str | None):
    assert _referred("described", **names) == expected


@pytest.mark.parametrize("kind", [None, "cheaper", "newer", "lower_km", "more"])
def test_other_references_point_at_no_car(kind: str | None):
    assert _referred(kind, SHOWN.model_copy(update={"chosen": "1001"}), model="Versa") is None


def test_a_car_that_left_the_catalogue_is_no_car():
    gone = ConversationState(conversation_id="c1", shown=("9999",), chosen="9999")
    assert _referred("ordinal", gone, position=1) is None
    assert current_car(gone, small_catalog()) is None


def test_current_car():
    assert current_car(SHOWN, small_catalog()) is None
    chosen = current_car(SHOWN.model_copy(update={"chosen": "1004"}), small_catalog())
    assert chosen is not None
    assert chosen.stock_id == "1004"
