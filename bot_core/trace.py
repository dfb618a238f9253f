"""The record of one turn: what was understood, looked up, asked of models, found by the guardrails, and its time.

The orchestrator returns it; the caller decides what to store.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot_core.intents import UserIntentionResponse
from bot_core.messages import Language, utc_now


class Usage(BaseModel):
    """Tokens of one or several model calls."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


class Attempt(BaseModel):
    """One try to get an answer from one model. `error` is the class name from bot_core.errors, None on success."""

    model: str
    error: str | None = None
    detail: str | None = None
    seconds: float = 0.0


class ModelCall(BaseModel):
    """One request to a gateway, with every attempt that it took."""

    agent: str
    purpose: str
    """"intention", "reply" or "repair"."""
    prompt_id: str
    """"financing/v001"; the hash says which text that was."""
    prompt_hash: str
    model: str
    """The model that answered."""
    messages: list[dict[str, str]] = Field(default_factory=list)
    answer: str = ""
    usage: Usage = Usage()
    cost_usd: Decimal = Decimal(0)
    seconds: float = 0.0
    attempts: list[Attempt] = Field(default_factory=list)
    fallback: bool = False
    """True when another model than the release's first choice answered, the offline baseline included."""


class Finding(BaseModel):
    """Something in a reply that the facts of the turn do not hold, or that may never be said."""

    rule: str
    """Stable name: "amount", "kilometres", "year", "term", "percentage", "car", "branch", "promise", "leak"…"""
    excerpt: str
    start: int
    end: int
    message: str


class GuardrailOutcome(BaseModel):
    """What the guardrails did with one agent's reply."""

    agent: str
    draft: str
    findings: list[Finding] = Field(default_factory=list)
    action: str = "accepted"
    """"accepted", "repaired" (by the model) or "replaced" (by the deterministic wording)."""


class TurnTrace(BaseModel):
    tracking_id: str
    release_id: str
    started_at: datetime = Field(default_factory=utc_now)
    language: Language = Language.SPANISH
    intention: UserIntentionResponse | None = None
    facts: list[dict[str, Any]] = Field(default_factory=list)
    """Each agent's facts as JSON values, with their `kind`."""
    calls: list[ModelCall] = Field(default_factory=list)
    guardrails: list[GuardrailOutcome] = Field(default_factory=list)
    total_seconds: float = 0.0
    model_seconds: float = 0.0
    """Wall time during which at least one model call was under way."""

    @property
    def usage(self) -> Usage:
        return sum((call.usage for call in self.calls), Usage())

    @property
    def cost_usd(self) -> Decimal:
        return sum((call.cost_usd for call in self.calls), Decimal(0))

    @property
    def used_fallback(self) -> bool:
        return any(call.fallback for call in self.calls)
