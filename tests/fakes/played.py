"""Cases as if they had been played: what was understood, looked up and said is written down by the test."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot_core.facts.facts import CarSearchFacts, Facts
from bot_core.intents import IntentDetail, UserIntentionResponse
from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import BotReply, InboundMessage
from bot_core.sessions.state import ConversationState
from bot_core.trace import TurnTrace
from tests.fakes.cars import CSV, RULES, car_fact, small_catalog
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.scorers.base import Played, ScoringContext
from workbench.evaluation.scorers.table import SCORERS, scoring_context
from workbench.records import LeadRecord, TurnRecord

VISIT = LeadRecord(
    reference="KV-7F3A9C",
    lead=Lead(
        kind=LeadKind.APPOINTMENT,
        tracking_id="t",
        conversation_id="c",
        stock_id="1002",
        branch_id="antara",
        day="el sábado a las 11",
        customer_name="Ana López",
    ),
)


@lru_cache(maxsize=1)
def small_context(folder: Path) -> ScoringContext:
    """For the twelve cars of tests.fakes.cars."""
    path = folder / "small.csv"
    path.write_text(CSV, encoding="utf-8")
    return scoring_context(path, small_catalog(), RULES)


def case(*turns: dict[str, Any], **more: Any) -> Case:
    """Each turn is its `expect`; what the customer says plays no part."""
    rows = [{"say": "hola", "expect": expect} for expect in turns]
    return Case.model_validate({"id": "a-case", "why": "for a scorer", "turns": rows} | more)


def turn(
    text: str = "ok",
    *facts: Facts,
    intents: Sequence[IntentDetail] = (),
    leads: Sequence[LeadRecord] = (),
    **state: Any,
) -> TurnRecord:
    intention = UserIntentionResponse(intents=list(intents)) if intents else None
    return TurnRecord(
        messages=(InboundMessage(text="hola"),),
        reply=BotReply(text=text),
        trace=TurnTrace(
            tracking_id="t",
            release_id="offline-base",
            intention=intention,
            facts=[fact.model_dump(mode="json") for fact in facts],
        ),
        state=ConversationState(conversation_id="c", **state),
        leads=tuple(leads),
    )


def searched(*stock_ids: str, **more: Any) -> CarSearchFacts:
    """Facts of a search that found these cars of the small catalogue."""
    cars = tuple(car_fact(stock_id, position) for position, stock_id in enumerate(stock_ids, start=1))
    return CarSearchFacts(**{"criteria": {}, "cars": cars, "total": len(cars)} | more)


def faults(scorer: str, played_case: Case, records: Sequence[TurnRecord], context: ScoringContext) -> list[str] | None:
    """What is wrong, by turn; None when the scorer had nothing to check."""
    checks = list(SCORERS[scorer](Played.of(played_case, records), context))
    return [f"{check.turn}: {check.fault}" for check in checks if check.fault] if checks else None
