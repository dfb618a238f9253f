"""What a customer wants: a closed set of intents with the details found in the message."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bot_core.messages import Language


class Intent(StrEnum):
    GREETING = "greeting"
    CAR_RECOMMENDATION = "car_recommendation"
    FINANCING = "financing"
    GENERAL_INFO = "general_info"
    SALES = "sales"
    OUT_OF_SCOPE = "out_of_scope"
    OPT_OUT = "opt_out"
    PERSON_REQUEST = "person_request"


UNSAFE = "unsafe"
"""Topic of an out_of_scope message that tries to make the bot break a rule: injection, invented deals, prompt leaks."""


class Transmission(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


class BodyType(StrEnum):
    SEDAN = "sedan"
    HATCHBACK = "hatchback"
    SUV = "suv"
    PICKUP = "pickup"
    MINIVAN = "minivan"
    COUPE = "coupe"
    CONVERTIBLE = "convertible"
    WAGON = "wagon"


class Feature(StrEnum):
    BLUETOOTH = "bluetooth"
    CAR_PLAY = "car_play"


class SortOrder(StrEnum):
    BEST = "best"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"
    LOWEST_KM = "lowest_km"
    LARGEST = "largest"


class ReferenceKind(StrEnum):
    ORDINAL = "ordinal"
    """"el segundo", "el último" (-1)"""
    CHOSEN = "chosen"
    """"ese", "este carro", "ese mismo": the last one chosen, else the only or first one shown"""
    DESCRIBED = "described"
    """"el jetta que me dijiste": make and model of the detail name it"""
    CHEAPER = "cheaper"
    """"uno más barato": a new search below the price of what was shown"""
    NEWER = "newer"
    LOWER_KM = "lower_km"
    MORE = "more"
    """"muéstrame más", "otras opciones": the next cars of the same search"""


class CarReference(BaseModel):
    """A car that was already shown in this conversation."""

    model_config = ConfigDict(extra="ignore")

    kind: ReferenceKind
    position: int | None = None
    """1 for the first shown, -1 for the last; only for ORDINAL."""


class IntentDetail(BaseModel):
    """One wish of the customer and what the message says about it. Absent means not said.

    Amounts are MXN, distances km, terms months. Names are as the customer meant them, before the catalogue is asked.
    """

    model_config = ConfigDict(extra="ignore")

    intent: Intent
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    make: str | None = None
    model: str | None = None
    version: str | None = None
    year_min: int | None = None
    year_max: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    km_max: int | None = None
    transmission: Transmission | None = None
    body_type: BodyType | None = None
    features: list[Feature] = Field(default_factory=list)
    color: str | None = None
    fuel: str | None = None
    """Neither colour nor fuel is in the catalogue: kept so that the bot can say that it does not have the fact."""
    sort: SortOrder | None = None
    down_payment: Decimal | None = None
    down_payment_percent: Decimal | None = None
    term_months: int | None = None
    monthly_budget: Decimal | None = None
    branch: str | None = None
    city: str | None = None
    day: str | None = None
    """As said: "mañana", "el sábado a las 11"."""
    customer_name: str | None = None
    topic: str | None = None
    """The question itself, for general_info; the subject, for the rest: UNSAFE for an attack (out_of_scope)."""
    reference: CarReference | None = None
    correction: bool = False
    """The message changes an earlier wish ("no, mejor automático")."""
    cleared: list[str] = Field(default_factory=list)
    """Names of slots that the customer takes back ("la marca me da igual" → ["make"])."""


class UserIntentionResponse(BaseModel):
    """All wishes of one turn, in the customer's order."""

    model_config = ConfigDict(extra="ignore")

    intents: list[IntentDetail] = Field(min_length=1, max_length=6)
    language: Language = Language.SPANISH
    clarification: str | None = None
    """One short question in the customer's language when the message can be read in several ways; else absent."""

    def names(self) -> list[Intent]:
        """Distinct intents in the customer's order."""
        return list(dict.fromkeys(detail.intent for detail in self.intents))
