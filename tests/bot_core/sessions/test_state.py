from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.leads.lead import LeadKind
from bot_core.messages import Language, Role
from bot_core.sessions.state import (
    ConversationState,
    CustomerProfile,
    FinancingInputs,
    HistoryEntry,
    LeadDraft,
    PendingQuestion,
)

FULL = ConversationState(
    conversation_id="c1",
    language=Language.ENGLISH,
    profile=CustomerProfile(name="José Ñandú 🚗", city="Puebla", budget=Decimal("250000.50")),
    criteria=SearchCriteria(wishes=(CarWish(make="Nissan", model="Versa"),), price_max=Decimal(250_000)),
    shown=("1001",),
    ever_shown=("1002", "1001"),
    chosen="1001",
    financing=FinancingInputs(down_payment=Decimal(50_000), term_months=48),
    lead=LeadDraft(kind=LeadKind.APPOINTMENT, day="el sábado"),
    pending=PendingQuestion.LEAD_BRANCH,
    turns=3,
    history=(HistoryEntry(role=Role.CUSTOMER, text="hola\nqué tal"),),
)


def test_json_in_is_json_out():
    assert ConversationState.model_validate_json(FULL.model_dump_json()) == FULL


def test_amounts_keep_their_cents_as_text():
    assert FULL.model_dump(mode="json")["profile"]["budget"] == "250000.50"


def test_an_empty_state_needs_only_its_id():
    state = ConversationState(conversation_id="c1")
    assert (state.turns, state.history, state.opted_out, state.criteria.is_empty) == (0, (), False, True)
    with pytest.raises(ValidationError):
        ConversationState.model_validate({})


def test_it_cannot_be_changed_and_refuses_unknown_fields():
    with pytest.raises(ValidationError, match="frozen"):
        FULL.turns = 4  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        ConversationState.model_validate({"conversation_id": "c1", "choosen": "1001"})
