"""What a reply may rest on: one typed object for each agent's turn.

Every number, car, branch and date in a reply comes from here; the guardrails hold the reply against it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria
from bot_core.financing.plan import FinancingRules, LoanLimit, Quote
from bot_core.intents import BodyType, Transmission
from bot_core.knowledge.entry import Branch, KnowledgeEntry
from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import Frozen, Language
from bot_core.sessions.state import ConversationState, PendingQuestion


class IntentionFacts(BaseModel):
    """What the intention service knows when it reads a message."""

    text: str
    """All messages of the turn, joined by line breaks, as received."""
    state: ConversationState
    now: datetime
    button_payload: str | None = None


class CarFact(Frozen):
    """A car as it may be shown. None is "no tengo el dato"."""

    position: int
    """1 for the first of the list."""
    stock_id: str
    label: str
    make: str
    model: str
    version: str
    year: int
    price: Decimal
    km: int
    bluetooth: bool | None
    car_play: bool | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    transmission_inferred: Transmission | None
    body_type_inferred: BodyType | None
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, car: Car, position: int, reasons: tuple[str, ...] = ()) -> CarFact:
        return cls(
            position=position,
            stock_id=car.stock_id,
            label=car.label,
            make=car.make,
            model=car.model,
            version=car.version,
            year=car.year,
            price=car.price,
            km=car.km,
            bluetooth=car.bluetooth,
            car_play=car.car_play,
            length_mm=car.length_mm,
            width_mm=car.width_mm,
            height_mm=car.height_mm,
            transmission_inferred=car.transmission,
            body_type_inferred=car.body_type,
            reasons=reasons,
        )


class BaseFacts(Frozen):
    language: Language = Language.SPANISH
    question: PendingQuestion | None = None
    """What the reply should ask, one thing only."""


class CarSearchFacts(BaseFacts):
    """kind car_search: what the catalogue answered to the search."""

    kind: Literal["car_search"] = "car_search"
    criteria: SearchCriteria
    cars: tuple[CarFact, ...]
    total: int
    relaxed: tuple[Constraint, ...] = ()
    absent: tuple[CarWish, ...] = ()
    unknown_attributes: tuple[str, ...] = ()
    """Asked for but not in the catalogue: "color", "fuel"."""
    no_more: bool = False
    """The customer asked for more of the same search and all were already shown."""


class CarDetailFacts(BaseFacts):
    """kind car_detail: the customer asks about one car that was shown."""

    kind: Literal["car_detail"] = "car_detail"
    car: CarFact
    unknown_attributes: tuple[str, ...] = ()


class FinancingFacts(BaseFacts):
    """kind financing: simulations for one or several cars, or the loan that a monthly budget covers."""

    kind: Literal["financing"] = "financing"
    rules: FinancingRules = FinancingRules()
    cars: tuple[CarFact, ...] = ()
    quotes: tuple[Quote, ...] = ()
    """One for each of `cars`, in the same order; or one without a car when only a price was given."""
    down_payment_assumed: bool = False
    """The customer named none: the quote uses the minimum."""
    asked_term: int | None = None
    term_unavailable: bool = False
    """The asked term is not offered; all terms are shown."""
    monthly_budget: Decimal | None = None
    limits: tuple[LoanLimit, ...] = ()
    """The inverse question: largest loans for the monthly budget."""
    unknown_topics: tuple[str, ...] = ()
    """Asked for but UNKNOWN: "cat", "opening_commission", "insurance", "prepayment", "interest_free"."""


class InfoFacts(BaseFacts):
    """kind info: what the knowledge base holds about a question."""

    kind: Literal["info"] = "info"
    topic: str
    entries: tuple[KnowledgeEntry, ...] = ()
    branches: tuple[Branch, ...] = ()
    all_cities: tuple[str, ...] = ()
    """Cities with a branch, when the asked one has none."""
    absent_city: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.branches or self.absent_city)


class GreetingFacts(BaseFacts):
    """kind greeting: nothing but who writes and whether it is the first time."""

    kind: Literal["greeting"] = "greeting"
    customer_name: str | None = None
    first_time: bool = True
    thanks: bool = False
    farewell: bool = False
    asks_if_bot: bool = False
    brief: bool = False
    """Other answers follow in the same message: only the salutation."""


class SalesFacts(BaseFacts):
    """kind sales: a request under way, or recorded with its reference."""

    kind: Literal["sales"] = "sales"
    lead_kind: LeadKind
    car: CarFact | None = None
    branch: Branch | None = None
    day: str | None = None
    customer_name: str | None = None
    lead: Lead | None = None
    reference: str | None = None
    """Present only when the sink recorded the request."""
    failed: bool = False
    """The sink could not record it."""
    branch_choices: tuple[Branch, ...] = ()
    absent_city: str | None = None


class BoundaryFacts(BaseFacts):
    """kind boundary: opt-out, out of scope, clarification, media that the bot cannot read. Never worded by a model."""

    kind: Literal["boundary"] = "boundary"
    subject: Literal["opt_out", "out_of_scope", "clarification", "media", "empty", "unsafe"]
    detail: str | None = None


Facts = Annotated[
    CarSearchFacts | CarDetailFacts | FinancingFacts | InfoFacts | GreetingFacts | SalesFacts | BoundaryFacts,
    Field(discriminator="kind"),
]


class AgentReply(BaseModel):
    """What a model is asked for when it words a reply."""

    text: str = Field(min_length=1, max_length=1600)
    """WhatsApp formatting, the customer's language, only what the facts hold."""
