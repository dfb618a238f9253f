"""From interest to a request that a person of Kavak follows up: one missing piece is asked at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot_core.agents.base import Gathered, Turn
from bot_core.catalog.car import Car
from bot_core.catalog.service import CarDataService
from bot_core.errors import StoreError
from bot_core.facts.facts import CarFact, SalesFacts
from bot_core.intents import Intent, IntentDetail
from bot_core.knowledge.entry import Branch
from bot_core.knowledge.service import KnowledgeService
from bot_core.leads.lead import Lead, LeadKind, LeadSink
from bot_core.normalization import fold
from bot_core.releases.release import AgentName
from bot_core.sessions.references import current_car, referred_car
from bot_core.sessions.state import ConversationState, LeadDraft, PendingQuestion

_RESERVATION = re.compile(r"\b(apart|reserv|separ(?!ad))\w*|\bhold it\b")
_TRADE_IN = re.compile(r"a cuenta|trade[- ]?in|como parte de pago")


class SalesAgent:
    name = AgentName.SALES

    def __init__(self, catalog: CarDataService, knowledge: KnowledgeService, leads: LeadSink) -> None:
        self._catalog = catalog
        self._knowledge = knowledge
        self._leads = leads

    def gather(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        if any(detail.intent is Intent.PERSON_REQUEST for detail in details):
            return self._person(turn, state)
        draft, absent_city = self._draft(details, turn, state)
        car, branch = self._car_of(draft), self._branch_of(draft)
        question = self._missing(draft, state)
        if question is None:
            return self._submit(draft, car, branch, turn, state)
        facts = SalesFacts(
            **_piece(draft, car, branch, turn, state),
            question=question,
            branch_choices=self._choices(question, state),
            absent_city=absent_city,
        )
        chosen = draft.stock_id or state.chosen
        return Gathered((facts,), state.model_copy(update={"lead": draft, "chosen": chosen}))

    def _person(self, turn: Turn, state: ConversationState) -> Gathered:
        car = current_car(state, self._catalog)
        draft = LeadDraft(
            kind=LeadKind.PERSON,
            stock_id=car.stock_id if car else None,
            customer_name=state.profile.name,
        )
        return self._submit(draft, car, None, turn, state)

    def _draft(
        self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState
    ) -> tuple[LeadDraft, str | None]:
        """The request with what this message adds; the second value is a city without a branch."""
        draft = state.lead or LeadDraft(kind=_kind(turn.text), customer_name=state.profile.name)
        changes: dict[str, object] = {}
        absent_city = None
        for detail in details:
            if car := self._meant(detail, state):
                changes["stock_id"] = car.stock_id
            if detail.branch or detail.city:
                branch, absent_city = self._place(detail)
                changes |= {"branch_id": branch.branch_id} if branch else {}
            changes |= {name: value for name in ("day", "customer_name") if (value := getattr(detail, name))}
        if not draft.stock_id and "stock_id" not in changes and (car := current_car(state, self._catalog)):
            changes["stock_id"] = car.stock_id
        return draft.model_copy(update=changes), absent_city

    def _meant(self, detail: IntentDetail, state: ConversationState) -> Car | None:
        car = referred_car(detail, state, self._catalog)
        if car or not (detail.make or detail.model):
            return car
        wish = self._catalog.resolve(detail.make, detail.model, detail.version)
        shown = [car for car in map(self._catalog.get, (*state.shown, *reversed(state.ever_shown))) if car]
        return next((car for car in shown if wish.make in (None, car.make) and wish.model in (None, car.model)), None)

    def _place(self, detail: IntentDetail) -> tuple[Branch | None, str | None]:
        """The branch that was named, when it is only one; else the city, when it has none."""
        place = detail.branch or detail.city
        named = self._knowledge.find_branch(place) if place else None
        if named:
            return named, None
        inside = self._knowledge.branches_in(place)
        return (inside[0], None) if len(inside) == 1 else (None, None if inside else place)

    def _missing(self, draft: LeadDraft, state: ConversationState) -> PendingQuestion | None:
        if draft.stock_id is None and len(state.shown) > 1:
            return PendingQuestion.WHICH_CAR
        if draft.branch_id is None:
            return PendingQuestion.LEAD_BRANCH
        if draft.day is None:
            return PendingQuestion.LEAD_DAY
        return PendingQuestion.LEAD_NAME if draft.customer_name is None else None

    def _choices(self, question: PendingQuestion, state: ConversationState) -> tuple[Branch, ...]:
        if question is not PendingQuestion.LEAD_BRANCH:
            return ()
        near = self._knowledge.branches_in(state.profile.city) if state.profile.city else ()
        return near or self._knowledge.branches

    def _submit(
        self, draft: LeadDraft, car: Car | None, branch: Branch | None, turn: Turn, state: ConversationState
    ) -> Gathered:
        lead = Lead(
            kind=draft.kind,
            tracking_id=turn.tracking_id,
            conversation_id=state.conversation_id,
            stock_id=draft.stock_id,
            car_label=car.label if car else None,
            branch_id=draft.branch_id,
            branch_name=branch.name if branch else None,
            day=draft.day,
            customer_name=draft.customer_name,
            created_at=turn.now,
        )
        pieces = _piece(draft, car, branch, turn, state)
        try:
            reference = self._leads.submit(lead)
        except StoreError:
            # The customer is told that it failed and the draft stays, so that "inténtalo otra vez" works.
            return Gathered((SalesFacts(**pieces, failed=True),), state.model_copy(update={"lead": draft}))
        profile = state.profile.model_copy(update={"name": draft.customer_name or state.profile.name})
        handed_off = state.handed_off or draft.kind is LeadKind.PERSON
        after = state.model_copy(update={"lead": None, "profile": profile, "handed_off": handed_off})
        return Gathered((SalesFacts(**pieces, lead=lead, reference=reference),), after)

    def _car_of(self, draft: LeadDraft) -> Car | None:
        return self._catalog.get(draft.stock_id) if draft.stock_id else None

    def _branch_of(self, draft: LeadDraft) -> Branch | None:
        return next((b for b in self._knowledge.branches if b.branch_id == draft.branch_id), None)


def _kind(text: str) -> LeadKind:
    folded = fold(text)
    if _TRADE_IN.search(folded):
        return LeadKind.TRADE_IN
    return LeadKind.RESERVATION if _RESERVATION.search(folded) else LeadKind.APPOINTMENT


def _piece(
    draft: LeadDraft, car: Car | None, branch: Branch | None, turn: Turn, state: ConversationState
) -> dict[str, Any]:
    """What the reply may say of the request, complete or not."""
    position = state.shown.index(car.stock_id) + 1 if car and car.stock_id in state.shown else 1
    return {
        "language": turn.language,
        "lead_kind": draft.kind,
        "car": CarFact.of(car, position) if car else None,
        "branch": branch,
        "day": draft.day,
        "customer_name": draft.customer_name,
    }
