"""A release: the frozen bundle that a front door serves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from bot_core.financing.plan import FinancingRules
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import Frozen, utc_now


class AgentName(StrEnum):
    INTENTION = "intention"
    CAR_RECOMMENDATION = "car_recommendation"
    FINANCING = "financing"
    GREETING = "greeting"
    GENERAL_INFO = "general_info"
    SALES = "sales"


class AgentDefinition(Frozen):
    """One agent of a release: its prompt version and its model."""

    prompt: str
    """"financing/v001"."""
    settings: ModelSettings = ModelSettings()


class Behaviour(Frozen):
    """What the code does, the same for every model."""

    cars_shown: int = Field(default=3, ge=1, le=5)
    """Cars in one list."""
    history_tokens: int = Field(default=1200, ge=0)
    """How much of the conversation a model is given."""
    guardrails: bool = True
    """Off only to measure what they do; a channel refuses such a release."""
    turn_timeout_seconds: float = Field(default=60.0, gt=0)


class Release(Frozen):
    """For every agent its prompt version, model and parameters. Immutable; a change is a new release."""

    release_id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")
    description: str = ""
    agents: dict[AgentName, AgentDefinition]
    behaviour: Behaviour = Behaviour()
    financing: FinancingRules = FinancingRules()
    created_at: datetime = Field(default_factory=utc_now)
