"""The offline understanding over the small catalogue, and the states that test messages are said in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.facts.facts import IntentionFacts
from bot_core.intents import UserIntentionResponse
from bot_core.knowledge.entry import Branch
from bot_core.knowledge.service import KnowledgeService
from bot_core.leads.lead import LeadKind
from bot_core.messages import Language, Role
from bot_core.normalization import fold
from bot_core.offline.understanding import RuleBasedUnderstanding
from bot_core.sessions.state import (
    ConversationState,
    FinancingInputs,
    HistoryEntry,
    LeadDraft,
    PendingQuestion,
)
from tests.fakes.cars import small_catalog

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SHOWN = ("1001", "1004", "1006")
"""A Versa, a Jetta and a CX-5."""


@lru_cache(maxsize=1)
def branches() -> tuple[Branch, ...]:
    return KnowledgeService.from_file(ROOT / "datasets" / "knowledge" / "kavak.yaml").branches


@lru_cache
def rule_based(min_match_score: float = 82.0) -> RuleBasedUnderstanding:
    return RuleBasedUnderstanding(small_catalog(), branches(), min_match_score=min_match_score)


def understood(
    text: str, state: ConversationState | None = None, *, payload: str | None = None
) -> UserIntentionResponse:
    facts = IntentionFacts(text=text, state=state or new_state(), now=NOW, button_payload=payload)
    return rule_based().understand(facts)


def new_state(**changes: Any) -> ConversationState:
    return ConversationState(conversation_id="c1").model_copy(update=changes)


def said(*texts: str) -> tuple[HistoryEntry, ...]:
    """A history in which the customer said `texts`."""
    pairs = ((HistoryEntry(role=Role.CUSTOMER, text=text), HistoryEntry(role=Role.BOT, text="…")) for text in texts)
    return tuple(entry for pair in pairs for entry in pair)


def shown(**changes: Any) -> ConversationState:
    return new_state(
        shown=SHOWN,
        ever_shown=SHOWN,
        turns=1,
        criteria=SearchCriteria(wishes=(CarWish(make="Nissan", model="Versa"),), price_max=Decimal(450_000)),
        history=said("busco un auto de menos de 450 mil"),
        **changes,
    )


def _chosen(**changes: Any) -> ConversationState:
    return shown(**changes).model_copy(update={"chosen": "1004", "history": said("busco un auto", "el segundo")})


def _quoted() -> ConversationState:
    inputs = FinancingInputs(down_payment=Decimal(60_000), term_months=48)
    history = said("busco un auto", "cuánto pagaría el segundo a 48 meses")
    return _chosen().model_copy(update={"financing": inputs, "history": history})


def _asked(question: PendingQuestion) -> ConversationState:
    draft = LeadDraft(kind=LeadKind.APPOINTMENT, stock_id="1004")
    return _chosen(pending=question, lead=draft)


SCENARIOS: dict[str, Callable[[], ConversationState]] = {
    "new": new_state,
    "english": lambda: new_state(language=Language.ENGLISH, turns=1, history=said("hi, what cars do you have?")),
    "shown": shown,
    "shown_english": lambda: shown(language=Language.ENGLISH).model_copy(update={"history": said("show me some cars")}),
    "chosen": _chosen,
    "chosen_english": lambda: _chosen(language=Language.ENGLISH).model_copy(update={"history": said("show me cars")}),
    "quoted": _quoted,
    "told_branches": lambda: new_state(turns=1, history=said("dónde están en Puebla?")),
    "asked_budget": lambda: new_state(turns=1, pending=PendingQuestion.BUDGET, history=said("quiero un auto")),
    "asked_down_payment": lambda: _chosen(pending=PendingQuestion.DOWN_PAYMENT),
    "asked_branch": lambda: _asked(PendingQuestion.LEAD_BRANCH),
    "asked_day": lambda: _asked(PendingQuestion.LEAD_DAY),
    "asked_name": lambda: _asked(PendingQuestion.LEAD_NAME),
    "asked_which_for_lead": lambda: shown(pending=PendingQuestion.WHICH_CAR, lead=LeadDraft(kind=LeadKind.APPOINTMENT)),
}


def corpus(*paths: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for path in paths:
        rows += yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return rows


def answer_of(row: dict[str, Any]) -> UserIntentionResponse:
    return understood(row["say"], SCENARIOS[row.get("given", "new")]())


def intent_miss(row: dict[str, Any]) -> str | None:
    """What was understood instead, when the set of intents is another."""
    names = {intent.value for intent in answer_of(row).names()}
    return None if names == set(row["intents"]) else f"{row['say']!r}: {sorted(names)} is not {row['intents']}"


def slot_misses(row: dict[str, Any]) -> list[str]:
    """Slots, language or question of `row` that were not understood."""
    response = answer_of(row)
    misses = [
        f"{row['say']!r}: {slot} {_values(response, slot)} lacks {wanted!r}"
        for slot, wanted in row.get("slots", {}).items()
        if not _holds(_values(response, slot), wanted)
    ]
    if row.get("language", "es") != response.language.value:
        misses.append(f"{row['say']!r}: language {response.language.value}")
    if bool(response.clarification) != row.get("clarifies", False):
        misses.append(f"{row['say']!r}: clarification {response.clarification!r}")
    return misses


def _values(response: UserIntentionResponse, slot: str) -> list[Any]:
    if slot == "position":
        return [d.reference.position for d in response.intents if d.reference]
    if slot == "reference":
        return [d.reference.kind.value for d in response.intents if d.reference]
    found = [getattr(detail, slot) for detail in response.intents]
    return [item for value in found if value is not None for item in (value if isinstance(value, list) else [value])]


def _holds(values: list[Any], wanted: Any) -> bool:
    if wanted is None:
        return not values
    if isinstance(wanted, list):
        return all(_holds(values, one) for one in wanted)
    if isinstance(wanted, str):
        return any(fold(wanted) in fold(str(value)) for value in values)
    return any(value == wanted for value in values)
