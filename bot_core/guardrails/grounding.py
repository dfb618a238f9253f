"""What the facts of a turn allow a reply to say: every figure with its meaning and the car that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.facts.facts import (
    CarDetailFacts,
    CarFact,
    CarSearchFacts,
    Facts,
    FinancingFacts,
    InfoFacts,
    SalesFacts,
)
from bot_core.financing.plan import Quote
from bot_core.knowledge.entry import Branch, KnowledgeEntry
from bot_core.messages import Language
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import Quantity, QuantityKind

_PESO = Decimal(1)
_PERCENT_STEPS = (Decimal(1), Decimal("0.1"), Decimal("0.01"))


class Role(StrEnum):
    """What a figure means; a price may not be said where a down payment is meant."""

    PRICE = "price"
    DOWN_PAYMENT = "down_payment"
    LOAN = "loan"
    MONTHLY = "monthly"
    LIMIT = "limit"
    CAR = "car"
    """A car's kilometres or year."""
    RULE = "rule"
    """Terms and rates of the product."""
    CUSTOMER = "customer"
    """Said by the customer: may be echoed, never quoted as a price."""
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the facts. `value` in the unit of its kind (MXN, km, months, per cent…)."""

    kind: QuantityKind
    value: Decimal
    role: Role
    stock_id: str | None = None
    """The car that it belongs to; None for all."""
    term_months: int | None = None
    """For a monthly payment or a limit: its term."""

    def is_said_as(self, value: Decimal) -> bool:
        """Exactly, or rounded half-up to a peso (8,195.83 → 8,196)."""
        if value == self.value:
            return True
        rounds = self.kind is QuantityKind.AMOUNT
        return rounds and value == self.value.quantize(_PESO, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Grounding:
    """The facts of one reply, flattened for the rules."""

    facts: tuple[Facts, ...]
    figures: tuple[Figure, ...]
    cars: tuple[CarFact, ...]
    wishes: tuple[CarWish, ...]
    """Cars that the customer named, in stock or not."""
    absent: tuple[CarWish, ...]
    branches: tuple[Branch, ...]
    cities: tuple[str, ...]
    absent_places: tuple[str, ...]
    """Places that the customer asked for and that have no branch."""
    knowledge: tuple[str, ...]
    """Texts that may be said word for word, both languages."""
    customer_words: tuple[str, ...]
    """Name, day and topic as received: may be echoed, prove nothing."""
    references: frozenset[str]

    @classmethod
    def of(cls, facts: Sequence[Facts]) -> Grounding:
        cars, branches = tuple(_cars(facts)), tuple(_branches(facts))
        entries = tuple(entry for fact in facts if isinstance(fact, InfoFacts) for entry in fact.entries)
        return cls(
            facts=tuple(facts),
            figures=tuple(dict.fromkeys(_figures(facts, cars, entries, branches))),
            cars=cars,
            wishes=tuple(wish for criteria in _criteria(facts) for wish in criteria.wishes),
            absent=tuple(wish for fact in facts if isinstance(fact, CarSearchFacts) for wish in fact.absent),
            branches=branches,
            cities=tuple(city for fact in facts if isinstance(fact, InfoFacts) for city in fact.all_cities),
            absent_places=tuple(_absent_places(facts)),
            knowledge=tuple(text for entry in entries for text in (entry.text_es, entry.text_en)),
            customer_words=tuple(_customer_words(facts)),
            references=frozenset(fact.reference for fact in facts if isinstance(fact, SalesFacts) and fact.reference),
        )

    def of_kind(self, kind: QuantityKind) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures if figure.kind is kind)

    def financing(self) -> tuple[FinancingFacts, ...]:
        return tuple(fact for fact in self.facts if isinstance(fact, FinancingFacts))


@lru_cache(maxsize=512)
def quantities_in(text: str) -> tuple[Quantity, ...]:
    """Numbers of a text that comes back turn after turn: a knowledge entry, opening hours."""
    return find_quantities(text)


def _cars(facts: Sequence[Facts]) -> Iterator[CarFact]:
    for fact in facts:
        if isinstance(fact, CarSearchFacts | FinancingFacts):
            yield from fact.cars
        elif isinstance(fact, CarDetailFacts | SalesFacts) and fact.car:
            yield fact.car


def _branches(facts: Sequence[Facts]) -> Iterator[Branch]:
    for fact in facts:
        if isinstance(fact, InfoFacts):
            yield from fact.branches
        elif isinstance(fact, SalesFacts):
            yield from fact.branch_choices
            if fact.branch:
                yield fact.branch


def _criteria(facts: Sequence[Facts]) -> Iterator[SearchCriteria]:
    return (fact.criteria for fact in facts if isinstance(fact, CarSearchFacts))


def _absent_places(facts: Sequence[Facts]) -> Iterator[str]:
    for fact in facts:
        if isinstance(fact, InfoFacts | SalesFacts) and fact.absent_city:
            yield fact.absent_city
        if isinstance(fact, InfoFacts):
            yield fact.topic


def _customer_words(facts: Sequence[Facts]) -> Iterator[str]:
    for fact in facts:
        for name in ("customer_name", "day", "topic"):
            if value := getattr(fact, name, None):
                yield value


def _figures(
    facts: Sequence[Facts], cars: Sequence[CarFact], entries: Sequence[KnowledgeEntry], branches: Sequence[Branch]
) -> Iterator[Figure]:
    for car in cars:
        yield Figure(QuantityKind.AMOUNT, car.price, Role.PRICE, car.stock_id)
        yield Figure(QuantityKind.KILOMETRES, Decimal(car.km), Role.CAR, car.stock_id)
        yield Figure(QuantityKind.YEAR, Decimal(car.year), Role.CAR, car.stock_id)
    for criteria in _criteria(facts):
        yield from _wished(criteria)
    for fact in facts:
        if isinstance(fact, FinancingFacts):
            yield from _financed(fact)
        if isinstance(fact, SalesFacts) and fact.day:
            # A day holds hours; an amount in it ("mañana por $1") stays ungrounded.
            yield from (figure for figure in _read(fact.day, Role.CUSTOMER) if figure.kind is QuantityKind.HOUR)
    for entry in entries:
        yield from _read(entry.text(Language.SPANISH), Role.KNOWLEDGE)
        yield from _read(entry.text(Language.ENGLISH), Role.KNOWLEDGE)
    for branch in branches:
        for hours in (branch.hours, branch.hours_en):
            yield from _read(hours or "", Role.KNOWLEDGE)


def _wished(criteria: SearchCriteria) -> Iterator[Figure]:
    for amount in (criteria.price_min, criteria.price_max):
        if amount is not None:
            yield Figure(QuantityKind.AMOUNT, amount, Role.CUSTOMER)
    for year in (criteria.year_min, criteria.year_max):
        if year is not None:
            yield Figure(QuantityKind.YEAR, Decimal(year), Role.CUSTOMER)
    if criteria.km_max is not None:
        yield Figure(QuantityKind.KILOMETRES, Decimal(criteria.km_max), Role.CUSTOMER)


def _financed(fact: FinancingFacts) -> Iterator[Figure]:
    rules = fact.rules
    for term in rules.terms:
        yield Figure(QuantityKind.TERM, Decimal(term), Role.RULE)
    if fact.asked_term is not None:
        yield Figure(QuantityKind.TERM, Decimal(fact.asked_term), Role.CUSTOMER)
    for percent in (rules.annual_rate * 100, rules.minimum_down_payment_percent):
        yield Figure(QuantityKind.PERCENT, percent.normalize(), Role.RULE)
    if fact.monthly_budget is not None:
        yield Figure(QuantityKind.AMOUNT, fact.monthly_budget, Role.CUSTOMER)
    for limit in fact.limits:
        yield Figure(QuantityKind.AMOUNT, limit.loan, Role.LIMIT, term_months=limit.term_months)
    for index, quote in enumerate(fact.quotes):
        # A quote without a stock_id stands for the car at its place, or for a price alone.
        owner = quote.stock_id or (fact.cars[index].stock_id if index < len(fact.cars) else None)
        yield from _quoted(quote, owner)


def _quoted(quote: Quote, stock_id: str | None) -> Iterator[Figure]:
    amounts = (
        (quote.price, Role.PRICE),
        (quote.down_payment, Role.DOWN_PAYMENT),
        (quote.minimum_down_payment, Role.DOWN_PAYMENT),
        (quote.loan, Role.LOAN),
    )
    for amount, role in amounts:
        yield Figure(QuantityKind.AMOUNT, amount, role, stock_id)
    for plan in quote.plans:
        yield Figure(QuantityKind.AMOUNT, plan.monthly, Role.MONTHLY, stock_id, plan.term_months)
    share = quote.down_payment / quote.price * 100
    for step in _PERCENT_STEPS:
        yield Figure(
            QuantityKind.PERCENT, share.quantize(step, rounding=ROUND_HALF_UP).normalize(), Role.DOWN_PAYMENT, stock_id
        )


def _read(text: str, role: Role) -> Iterator[Figure]:
    for quantity in quantities_in(text):
        yield Figure(quantity.kind, quantity.value, role)
