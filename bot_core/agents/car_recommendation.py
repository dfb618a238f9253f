"""Cars of the catalogue that fit the customer's wishes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot_core.agents.base import Gathered, Turn
from bot_core.catalog.car import Car, SearchCriteria, SearchResult
from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import CarDetailFacts, CarFact, CarSearchFacts
from bot_core.intents import IntentDetail, ReferenceKind, SortOrder
from bot_core.releases.release import AgentName
from bot_core.sessions.criteria import has_search_wish, updated_criteria
from bot_core.sessions.references import POINTING, current_car, referred_car
from bot_core.sessions.state import ConversationState, PendingQuestion


class CarRecommendationAgent:
    name = AgentName.CAR_RECOMMENDATION

    def __init__(self, catalog: CarDataService, *, cars_shown: int = 3) -> None:
        self._catalog = catalog
        self._cars_shown = cars_shown

    def gather(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        detail = details[0]
        if detail.reference and detail.reference.kind in POINTING and not has_search_wish(detail):
            return self._one_car(detail, turn, state)
        return self._search(details, turn, state)

    def _one_car(self, detail: IntentDetail, turn: Turn, state: ConversationState) -> Gathered:
        car = referred_car(detail, state, self._catalog)
        if car is None:
            return self._which_one(turn, state)
        facts = CarDetailFacts(
            language=turn.language, car=CarFact.of(car, _position(car, state)), unknown_attributes=_unknown(detail)
        )
        return Gathered((facts,), state.model_copy(update={"chosen": car.stock_id}))

    def _which_one(self, turn: Turn, state: ConversationState) -> Gathered:
        """Nothing shown has that position or name: show the list again and ask."""
        cars = tuple(car for car in map(self._catalog.get, state.shown) if car)
        facts = CarSearchFacts(
            language=turn.language,
            criteria=state.criteria,
            cars=tuple(CarFact.of(car, position) for position, car in enumerate(cars, start=1)),
            total=len(cars),
            question=PendingQuestion.WHICH_CAR if cars else PendingQuestion.BUDGET,
        )
        return Gathered((facts,), state)

    def _search(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        criteria = self._criteria(details, state)
        result = self._catalog.search(criteria, limit=self._cars_shown)
        facts = self._found(result, details, turn)
        if facts.no_more:
            return Gathered((facts,), state)
        return Gathered((facts,), _shown(state, criteria, result))

    def _criteria(self, details: Sequence[IntentDetail], state: ConversationState) -> SearchCriteria:
        criteria = updated_criteria(state.criteria, details, self._catalog)
        reference = details[0].reference
        if reference is None:
            return criteria.model_copy(update={"excluded_stock_ids": ()})
        return self._compared(reference.kind, criteria, state)

    def _compared(self, kind: ReferenceKind, criteria: SearchCriteria, state: ConversationState) -> SearchCriteria:
        """ "uno más barato", "más nuevo", "con menos km", "otros": a search relative to the cars shown."""
        shown = [car for car in map(self._catalog.get, state.shown) if car]
        base = current_car(state, self._catalog)
        cars = [base] if base else shown
        changes: dict[str, object] = {
            "excluded_stock_ids": state.ever_shown if kind is ReferenceKind.MORE else state.shown
        }
        if cars and kind is ReferenceKind.CHEAPER:
            changes |= {
                "price_max": min(car.price for car in cars) - Decimal(1),
                "price_min": None,
                "sort": SortOrder.DEAREST,
            }
        elif cars and kind is ReferenceKind.NEWER:
            changes |= {"year_min": max(car.year for car in cars) + 1, "year_max": None, "sort": SortOrder.BEST}
        elif cars and kind is ReferenceKind.LOWER_KM:
            changes |= {"km_max": max(min(car.km for car in cars) - 1, 0), "sort": SortOrder.LOWEST_KM}
        return criteria.model_copy(update=changes)

    def _found(self, result: SearchResult, details: Sequence[IntentDetail], turn: Turn) -> CarSearchFacts:
        wants_more = details[0].reference is not None and details[0].reference.kind is ReferenceKind.MORE
        exhausted = wants_more and (not result.cars or bool(result.relaxed))
        return CarSearchFacts(
            language=turn.language,
            criteria=result.criteria,
            cars=() if exhausted else _car_facts(result),
            total=result.total,
            relaxed=() if exhausted else result.relaxed,
            absent=result.absent,
            unknown_attributes=tuple(dict.fromkeys(name for detail in details for name in _unknown(detail))),
            no_more=exhausted,
            question=PendingQuestion.BUDGET if result.criteria.is_empty else None,
        )


def _car_facts(result: SearchResult) -> tuple[CarFact, ...]:
    return tuple(
        CarFact.of(ranked.car, position, ranked.reasons) for position, ranked in enumerate(result.cars, start=1)
    )


def _shown(state: ConversationState, criteria: SearchCriteria, result: SearchResult) -> ConversationState:
    stock_ids = tuple(ranked.car.stock_id for ranked in result.cars)
    budget = criteria.price_max or state.profile.budget
    return state.model_copy(
        update={
            "criteria": criteria.model_copy(update={"excluded_stock_ids": ()}),
            "shown": stock_ids or state.shown,
            "ever_shown": tuple(dict.fromkeys((*state.ever_shown, *stock_ids))),
            "chosen": stock_ids[0] if len(stock_ids) == 1 else None,
            "profile": state.profile.model_copy(update={"budget": budget}),
        }
    )


def _position(car: Car, state: ConversationState) -> int:
    return state.shown.index(car.stock_id) + 1 if car.stock_id in state.shown else 1


def _unknown(detail: IntentDetail) -> tuple[str, ...]:
    """Asked for, but not a column of the catalogue."""
    return tuple(name for name in ("color", "fuel") if getattr(detail, name))
