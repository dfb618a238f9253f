"""The seam between the bot and any language model."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot_core.trace import Attempt, Usage

Answer = TypeVar("Answer", bound=BaseModel)

OFFLINE_MODEL = "offline"
"""The name that a release gives to the embedded baseline."""


class ModelSettings(BaseModel):
    """How one agent calls its model; part of a release, so it never holds a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = OFFLINE_MODEL
    """A litellm name ("openai/gpt-4o-mini", "ollama_chat/qwen2.5:3b"), or "offline"."""
    api_base: str | None = None
    """Address of an OpenAI-compatible or Ollama server; None for the provider's own."""
    api_key_env: str | None = None
    """Name of the environment variable that holds the key; None for the provider's usual one."""
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    max_tokens: int = Field(default=700, ge=1)
    seed: int | None = 7
    timeout_seconds: float = Field(default=30.0, gt=0)
    retries: int = Field(default=2, ge=0)
    """Tries after the first, for rate limits, time-outs and unavailable servers; Retry-After is honoured."""
    reasks: int = Field(default=1, ge=0)
    """Tries after the first when the answer does not fit the structure."""
    max_concurrency: int = Field(default=8, ge=1)
    requests_per_minute: int | None = Field(default=None, ge=1)
    fallbacks: tuple[str, ...] = ()
    """Names of models asked in order when this one fails. The offline baseline is always the last."""
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Further parameters, passed to the provider as they are."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class LLMRequest(Generic[Answer]):
    """One question to a model. A remote model sees only `messages`; the offline baseline only `facts`."""

    agent: str
    purpose: Literal["intention", "reply", "repair"]
    messages: tuple[ChatMessage, ...]
    response_model: type[Answer]
    facts: Any
    """What the answer rests on: IntentionFacts for an intention, a tuple of Facts for a reply.

    None for a question that only a model can answer: the baseline is not asked, and the last ModelError is raised.
    """
    settings: ModelSettings
    prompt_id: str
    prompt_hash: str
    tracking_id: str
    deadline: float | None = None
    """When the turn gives up, in the event loop's clock (seconds): a call that is cancelled then was too slow."""


@dataclass(frozen=True, slots=True)
class LLMResponse(Generic[Answer]):
    """A parsed answer with its price."""

    answer: Answer
    model: str
    raw: str
    """The answer as the model sent it."""
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal = Decimal(0)
    seconds: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    fallback: bool = False


class LLMGateway(Protocol):
    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """Answer `request`. Raises ModelError (see bot_core.errors) and nothing else."""
        ...
