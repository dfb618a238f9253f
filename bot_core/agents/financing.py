"""Simulations: what a car costs a month, and which cars a monthly budget pays."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot_core.agents.base import Gathered, Turn
from bot_core.catalog.car import Car, SearchCriteria
from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import CarFact, FinancingFacts
from bot_core.financing.calculator import largest_loan, largest_price, quote
from bot_core.financing.plan import FinancingRules, LoanLimit, Quote
from bot_core.financing.topics import unknown_topics
from bot_core.intents import IntentDetail
from bot_core.releases.release import AgentName
from bot_core.sessions.criteria import updated_criteria
from bot_core.sessions.references import current_car, referred_car
from bot_core.sessions.state import ConversationState, FinancingInputs, PendingQuestion


class FinancingAgent:
    name = AgentName.FINANCING

    def __init__(self, catalog: CarDataService, rules: FinancingRules, *, cars_shown: int = 3) -> None:
        self._catalog = catalog
        self._rules = rules
        self._cars_shown = cars_shown

    def gather(self, details: Sequence[IntentDetail], turn: Turn, state: ConversationState) -> Gathered:
        inputs = _merged(state.financing, details)
        state = state.model_copy(update={"financing": inputs})
        topics = unknown_topics([detail.topic or "" for detail in details])
        if topics and not _asks_for_numbers(details):
            return Gathered((FinancingFacts(language=turn.language, rules=self._rules, unknown_topics=topics),), state)
        if any(detail.monthly_budget for detail in details) and inputs.monthly_budget:
            return self._inverse(inputs, inputs.monthly_budget, details, turn, state)
        return self._simulation(inputs, details, turn, state, topics)

    def _simulation(
        self,
        inputs: FinancingInputs,
        details: Sequence[IntentDetail],
        turn: Turn,
        state: ConversationState,
        topics: tuple[str, ...],
    ) -> Gathered:
        cars = self._cars(details, state)
        price = None if cars else _price_alone(details)
        quotes = tuple(self._quote(car.price, inputs, car.stock_id) for car in cars)
        if price is not None:
            quotes = (self._quote(price, inputs, None),)
        facts = FinancingFacts(
            language=turn.language,
            rules=self._rules,
            cars=_car_facts(cars, state),
            quotes=quotes,
            down_payment_assumed=inputs.down_payment is None and inputs.down_payment_percent is None,
            asked_term=inputs.term_months,
            term_unavailable=inputs.term_months is not None and inputs.term_months not in self._rules.terms,
            unknown_topics=topics,
            question=None if quotes else PendingQuestion.WHICH_CAR,
        )
        return Gathered((facts,), _with_cars(state, cars))

    def _inverse(
        self,
        inputs: FinancingInputs,
        monthly: Decimal,
        details: Sequence[IntentDetail],
        turn: Turn,
        state: ConversationState,
    ) -> Gathered:
        """ "Puedo pagar 5 mil al mes": the loans that it covers, and the cars that fit loan + down payment."""
        limits = largest_loan(monthly, self._rules)
        criteria = updated_criteria(state.criteria, details, self._catalog)
        cars = self._affordable(criteria, limits, inputs)
        facts = FinancingFacts(
            language=turn.language,
            rules=self._rules,
            cars=tuple(CarFact.of(car, position) for position, car in enumerate(cars, start=1)),
            quotes=tuple(self._quote(car.price, inputs, car.stock_id) for car in cars),
            down_payment_assumed=inputs.down_payment is None and inputs.down_payment_percent is None,
            asked_term=inputs.term_months,
            term_unavailable=inputs.term_months is not None and inputs.term_months not in self._rules.terms,
            monthly_budget=monthly,
            limits=limits,
        )
        profile = state.profile.model_copy(update={"monthly_budget": monthly})
        state = state.model_copy(update={"profile": profile, "criteria": criteria})
        return Gathered((facts,), _with_list(state, cars))

    def _affordable(
        self, criteria: SearchCriteria, limits: Sequence[LoanLimit], inputs: FinancingInputs
    ) -> tuple[Car, ...]:
        term = inputs.term_months if inputs.term_months in self._rules.terms else max(self._rules.terms)
        loan = next(limit for limit in limits if limit.term_months == term).loan
        ceiling = self._ceiling(loan, term, inputs)
        result = self._catalog.search(criteria.model_copy(update={"price_max": ceiling}), limit=self._cars_shown)
        return tuple(ranked.car for ranked in result.cars if ranked.car.price <= ceiling)

    def _ceiling(self, loan: Decimal, term: int, inputs: FinancingInputs) -> Decimal:
        """The dearest price (MXN) that the loan and the down payment reach together."""
        percent = inputs.down_payment_percent
        if inputs.down_payment is None and percent is not None:
            share = max(percent, self._rules.minimum_down_payment_percent) / 100
            return (loan / (1 - share)).quantize(Decimal(1)) if share < 1 else loan
        if inputs.down_payment is None:
            share = self._rules.minimum_down_payment_percent / 100
            return (loan / (1 - share)).quantize(Decimal(1))
        return largest_price(inputs.monthly_budget or Decimal(0), term, inputs.down_payment, self._rules)

    def _cars(self, details: Sequence[IntentDetail], state: ConversationState) -> tuple[Car, ...]:
        """The cars meant, most explicit first: pointed at, named, chosen, the list on the screen."""
        pointed = tuple(car for detail in details if (car := referred_car(detail, state, self._catalog)))
        if pointed:
            return pointed
        named = tuple(car for detail in details for car in self._named(detail, state))
        if named:
            return tuple(dict.fromkeys(named))[: self._cars_shown]
        if any(detail.reference for detail in details) and len(state.shown) > 1 and not state.chosen:
            return ()
        current = current_car(state, self._catalog)
        if current:
            return (current,)
        if state.criteria.is_empty and not _asks_for_numbers(details):
            return ()  # "me interesa un auto a crédito": a list of anything is no wish for its payments
        return () if _price_alone(details) else tuple(car for car in map(self._catalog.get, state.shown) if car)

    def _named(self, detail: IntentDetail, state: ConversationState) -> tuple[Car, ...]:
        """Cars by make and model: those on the screen first, else the best of the catalogue."""
        if not (detail.make or detail.model):
            return ()
        wish = self._catalog.resolve(detail.make, detail.model, detail.version)
        shown = [car for car in map(self._catalog.get, state.shown) if car]
        fitting = tuple(car for car in shown if wish.make in (None, car.make) and wish.model in (None, car.model))
        if fitting:
            return fitting
        result = self._catalog.search(SearchCriteria(wishes=(wish,)), limit=1)
        return () if result.are_alternatives else tuple(ranked.car for ranked in result.cars)

    def _quote(self, price: Decimal, inputs: FinancingInputs, stock_id: str | None) -> Quote:
        return quote(
            price,
            self._rules,
            down_payment=inputs.down_payment,
            down_payment_percent=inputs.down_payment_percent,
            stock_id=stock_id,
        )


def _merged(inputs: FinancingInputs, details: Sequence[IntentDetail]) -> FinancingInputs:
    """What was said before, overwritten by what is said now; an amount and a percentage replace each other."""
    changes: dict[str, object] = {}
    for detail in details:
        if detail.down_payment is not None:
            changes |= {"down_payment": detail.down_payment, "down_payment_percent": None}
        elif detail.down_payment_percent is not None:
            changes |= {"down_payment": None, "down_payment_percent": detail.down_payment_percent}
        if detail.term_months is not None:
            changes["term_months"] = detail.term_months
        if detail.monthly_budget is not None:
            changes["monthly_budget"] = detail.monthly_budget
    return inputs.model_copy(update=changes)


def _asks_for_numbers(details: Sequence[IntentDetail]) -> bool:
    names = ("down_payment", "down_payment_percent", "term_months", "monthly_budget", "reference")
    return any(getattr(detail, name) is not None for detail in details for name in names)


def _price_alone(details: Sequence[IntentDetail]) -> Decimal | None:
    """ "un auto de 300 mil con 60 de enganche": a price without a car."""
    return next((detail.price_max for detail in details if detail.price_max is not None), None)


def _car_facts(cars: Sequence[Car], state: ConversationState) -> tuple[CarFact, ...]:
    positions = {stock_id: position for position, stock_id in enumerate(state.shown, start=1)}
    return tuple(CarFact.of(car, positions.get(car.stock_id, index)) for index, car in enumerate(cars, start=1))


def _with_cars(state: ConversationState, cars: Sequence[Car]) -> ConversationState:
    """A simulation for one car makes it the one talked about; a list on the screen stays as it is."""
    if not cars:
        return state
    stock_ids = tuple(car.stock_id for car in cars)
    if set(stock_ids) <= set(state.shown):
        return state.model_copy(update={"chosen": stock_ids[0] if len(stock_ids) == 1 else state.chosen})
    return _with_list(state, cars)


def _with_list(state: ConversationState, cars: Sequence[Car]) -> ConversationState:
    stock_ids = tuple(car.stock_id for car in cars)
    return state.model_copy(
        update={
            "shown": stock_ids or state.shown,
            "ever_shown": tuple(dict.fromkeys((*state.ever_shown, *stock_ids))),
            "chosen": stock_ids[0] if len(stock_ids) == 1 else None,
        }
    )
