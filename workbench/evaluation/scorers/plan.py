"""Simulations, held against numpy_financial: in the facts and in the words of the reply."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bot_core.facts.facts import CarFact, FinancingFacts
from bot_core.financing.plan import Quote
from workbench.evaluation.dataset.expectations import MonthlyExpectation, PlanExpectation
from workbench.evaluation.reference.cars import fitting
from workbench.evaluation.reference.payments import ReferencePlan, is_affordable, reference_limits, reference_plan
from workbench.evaluation.reference.wishes import wishes_after
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check
from workbench.evaluation.scorers.cars import at_position


def plan(played: Played, context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        expected = turn.expect.plan
        if expected == "none":
            yield check(turn, not list(_quotes(turn)), "a simulation was made, none was expected")
        elif expected is not None:
            yield from _plans(turn, played, expected, context)
        if turn.expect.monthly is not None:
            yield from _inverse(turn, played, turn.expect.monthly, context)


def _quotes(turn: PlayedTurn) -> Iterator[tuple[str | None, Quote]]:
    """Every quote of the facts with the car that it is for."""
    for fact in turn.facts:
        if isinstance(fact, FinancingFacts):
            for index, quote in enumerate(fact.quotes):
                yield quote.stock_id or (fact.cars[index].stock_id if fact.cars else None), quote


def _plans(turn: PlayedTurn, played: Played, expected: PlanExpectation, context: ScoringContext) -> Iterator[Check]:
    for stock_id, price in _prices(turn, played, expected, context):
        if price is None:
            yield Check(turn.number, f"car {expected.car} was not shown")
            continue
        wanted = reference_plan(
            price, context.rules, down_payment=expected.down_payment, percent=expected.down_payment_percent
        )
        quotes = [q for owner, q in _quotes(turn) if (owner == stock_id if stock_id else q.price == price)]
        if quotes:
            yield from _agrees(turn, quotes[0], wanted, expected.term)
        else:
            yield Check(turn.number, f"no simulation for {stock_id or price}")


def _prices(
    turn: PlayedTurn, played: Played, expected: PlanExpectation, context: ScoringContext
) -> Iterator[tuple[str | None, Decimal | None]]:
    """Catalogue prices (MXN) by stock_id, from our own reading of the file."""
    if expected.car is None:
        yield None, expected.price
        return
    cars: tuple[CarFact | None, ...]
    # A car named together with the wish for payments is in no list but the simulation's own.
    if expected.car == "each":
        cars = turn.listed or turn.shown or played.list_for(turn)
    else:
        cars = (at_position(turn.listed or played.list_for(turn) or turn.shown, expected.car),)
    for car in cars or (None,):
        row = context.car(car.stock_id) if car else None
        yield (car.stock_id if car else None), (row.price if row else None)


def _agrees(turn: PlayedTurn, quote: Quote, wanted: ReferencePlan, term: int | None) -> Iterator[Check]:
    right = quote.down_payment == wanted.down_payment
    yield check(turn, right, f"down payment {quote.down_payment}, expected {wanted.down_payment}")
    computed = {plan.term_months: plan.monthly for plan in quote.plans}
    for months, monthly in wanted.monthly.items():
        if term in (None, months):
            got = computed.get(months)
            yield check(turn, got == monthly, f"{months} months: {got}, expected {monthly}")
    asked = [wanted.monthly[term]] if term in wanted.monthly else list(wanted.monthly.values())
    if asked:
        said = any(turn.holds(monthly) for monthly in asked)
        yield check(turn, said, f"the reply does not say {' or '.join(map(str, asked))}")


def _inverse(
    turn: PlayedTurn, played: Played, expected: MonthlyExpectation, context: ScoringContext
) -> Iterator[Check]:
    facts = next((fact for fact in turn.facts if isinstance(fact, FinancingFacts) and fact.limits), None)
    if facts is None:
        yield Check(turn.number, f"no loan for a budget of {expected.budget}")
        return
    limits = reference_limits(expected.budget, context.rules)
    computed = {limit.term_months: limit.loan for limit in facts.limits}
    yield check(turn, computed == limits, f"loans {computed}, expected {limits}")
    asked = [limits[expected.term]] if expected.term in limits else list(limits.values())
    yield check(turn, any(map(turn.holds, asked)), f"the reply does not say {' or '.join(map(str, asked))}")
    term = expected.term if expected.term in limits else max(limits)

    def pays(price: Decimal) -> bool:
        return is_affordable(
            price,
            expected.budget,
            term,
            context.rules,
            down_payment=expected.down_payment,
            percent=expected.down_payment_percent,
        )

    for car in facts.cars:
        row = context.car(car.stock_id)
        yield check(turn, row is not None and pays(row.price), f"{car.label} costs more than {expected.budget} a month")
    possible = [car for car in fitting(context.cars, wishes_after(played.case, turn.number - 1)) if pays(car.price)]
    yield check(turn, bool(facts.cars) or not possible, f"{len(possible)} cars fit the budget, none was shown")
