"""What a conversation has come to: small, typed, JSON in and out."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from bot_core.catalog.car import SearchCriteria
from bot_core.leads.lead import LeadKind
from bot_core.messages import Frozen, Language, Role


class CustomerProfile(Frozen):
    """What the customer told about themselves; kept across conversations. Amounts in MXN."""

    name: str | None = None
    city: str | None = None
    budget: Decimal | None = None
    monthly_budget: Decimal | None = None


class FinancingInputs(Frozen):
    """The last financing wishes, so that "¿y a 60?" needs no more words."""

    down_payment: Decimal | None = None
    down_payment_percent: Decimal | None = None
    term_months: int | None = None
    monthly_budget: Decimal | None = None


class LeadDraft(Frozen):
    """A request under way: what is still missing is asked one thing at a time."""

    kind: LeadKind
    stock_id: str | None = None
    branch_id: str | None = None
    day: str | None = None
    customer_name: str | None = None


class PendingQuestion(StrEnum):
    """What the bot asked last: a bare answer ("Ana", "el sábado", "50 mil") is read as the answer to it."""

    CLARIFICATION = "clarification"
    WHICH_CAR = "which_car"
    BUDGET = "budget"
    DOWN_PAYMENT = "down_payment"
    LEAD_BRANCH = "lead_branch"
    LEAD_DAY = "lead_day"
    LEAD_NAME = "lead_name"


class HistoryEntry(Frozen):
    role: Role
    text: str


class ConversationState(Frozen):
    """Everything that the next turn needs. Immutable: a turn returns a new one."""

    conversation_id: str
    language: Language = Language.SPANISH
    profile: CustomerProfile = CustomerProfile()
    criteria: SearchCriteria = SearchCriteria()
    """The search under way; a correction changes one field of it."""
    shown: tuple[str, ...] = ()
    """stock_ids of the last list, in the order shown: "el segundo" is shown[1]."""
    ever_shown: tuple[str, ...] = ()
    """All stock_ids shown in this conversation, oldest first, without repeats."""
    chosen: str | None = None
    """stock_id of the car that the customer talks about."""
    financing: FinancingInputs = FinancingInputs()
    lead: LeadDraft | None = None
    pending: PendingQuestion | None = None
    handed_off: bool = False
    opted_out: bool = False
    turns: int = 0
    history: tuple[HistoryEntry, ...] = Field(default=())
    """Oldest first, already bounded by tokens."""
