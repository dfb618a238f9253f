"""What a case may expect of a turn. Every expectation is a property that is computed when the case is checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bot_core.intents import BodyType, Feature, Intent, ReferenceKind, SortOrder, Transmission
from bot_core.leads.lead import LeadKind
from bot_core.messages import Frozen, Language
from bot_core.sessions.state import PendingQuestion

Money = Annotated[Decimal, Field(ge=0)]
"""MXN."""
Phrases = tuple[Annotated[str, Field(min_length=1)], ...]
Position = int
"""1 for the first car of a list, -1 for the last."""


class Slots(Frozen):
    """Details of a wish, named like those of IntentDetail. A given null says "must not be there"."""

    make: str | None = None
    model: str | None = None
    version: str | None = None
    year_min: int | None = None
    year_max: int | None = None
    price_min: Money | None = None
    price_max: Money | None = None
    km_max: int | None = None
    transmission: Transmission | None = None
    body_type: BodyType | None = None
    features: tuple[Feature, ...] | None = None
    color: str | None = None
    fuel: str | None = None
    sort: SortOrder | None = None
    down_payment: Money | None = None
    down_payment_percent: Money | None = None
    term_months: int | None = None
    monthly_budget: Money | None = None
    branch: str | None = None
    city: str | None = None
    day: str | None = None
    customer_name: str | None = None
    reference: ReferenceKind | None = None
    position: Position | None = None
    correction: bool | None = None
    cleared: tuple[str, ...] | None = None

    def given(self) -> dict[str, Any]:
        """What the case wrote down, nulls included, in the order of the fields."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class CarFilter(Frozen):
    """Wishes that every shown car must satisfy, whatever was said."""

    make: str | None = None
    model: str | None = None
    version: str | None = None
    year_min: int | None = None
    year_max: int | None = None
    price_min: Money | None = None
    price_max: Money | None = None
    km_max: int | None = None
    transmission: Transmission | None = None
    body_type: BodyType | None = None
    features: tuple[Feature, ...] | None = None
    sort: SortOrder | None = None


class CarName(Frozen):
    make: str | None = None
    model: str | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.make or self.model):
            raise ValueError("a make or a model is needed")
        return self


class PlanExpectation(Frozen):
    """A simulation. Without a down payment the minimum counts; without a term, all terms."""

    car: Position | Literal["each"] | None = None
    price: Money | None = None
    down_payment: Money | None = None
    down_payment_percent: Money | None = None
    term: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if (self.car is None) == (self.price is None):
            raise ValueError("either car or price is needed")
        if self.down_payment is not None and self.down_payment_percent is not None:
            raise ValueError("down_payment and down_payment_percent exclude each other")
        return self


class MonthlyExpectation(Frozen):
    """The inverse question: a monthly budget."""

    budget: Money
    down_payment: Money | None = None
    down_payment_percent: Money | None = None
    term: int | None = Field(default=None, ge=1)


class LeadExpectation(Frozen):
    kind: LeadKind
    recorded: bool = True
    car: Position | None = None
    branch: str | None = None
    """branch_id"""
    day: str | None = None
    name: str | None = None


def _under(key: str) -> BeforeValidator:
    """A bare value stands for a mapping with only `key`."""
    return BeforeValidator(lambda value: value if isinstance(value, dict | Frozen) else {key: value})


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


class Expectation(Frozen):
    """All fields are optional; datasets/README.md says when each passes."""

    intents: tuple[Intent, ...] | None = Field(default=None, min_length=1)
    slots: Slots | None = None
    cars: Literal["fit", "alternatives", "none", "any"] | CarFilter | None = None
    car: Position | CarName | None = None
    absent: Annotated[tuple[CarName, ...], BeforeValidator(_listed)] = ()
    plan: Literal["none"] | PlanExpectation | None = None
    monthly: Annotated[MonthlyExpectation, _under("budget")] | None = None
    lead: Annotated[LeadExpectation, _under("kind")] | None = None
    info: tuple[str, ...] = ()
    branches: Literal["none"] | tuple[str, ...] = ()
    unknown: Literal[True] | None = None
    asks: Literal["any", "none"] | PendingQuestion | None = None
    says: Phrases = ()
    says_any: Phrases = ()
    never_says: Phrases = ()
    language: Language | None = None
    boundary: Literal["out_of_scope", "unsafe", "media", "empty", "clarification", "opt_out"] | None = None
    opted_out: bool | None = None
    handed_off: bool | None = None
    buttons: Literal["any", "none"] | None = None


class EndExpectation(Frozen):
    """What must be true at the end of a conversation; `never_says` holds for every reply of it."""

    lead: Annotated[LeadExpectation, _under("kind")] | None = None
    opted_out: bool | None = None
    handed_off: bool | None = None
    never_says: Phrases = ()
