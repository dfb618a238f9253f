"""How a model call, answered or failed, is written into the trace."""

from __future__ import annotations

from typing import Any

from bot_core.errors import ModelError, ModelTimeout
from bot_core.llm.gateway import LLMRequest, LLMResponse
from bot_core.llm.spending import Spent, spent_by
from bot_core.trace import Attempt, ModelCall


def recorded_call(request: LLMRequest[Any], response: LLMResponse[Any]) -> ModelCall:
    return _call(request).model_copy(
        update={
            "model": response.model,
            "answer": response.raw,
            "usage": response.usage,
            "cost_usd": response.cost_usd,
            "seconds": response.seconds,
            "attempts": list(response.attempts),
            "fallback": response.fallback,
        }
    )


def failed_call(request: LLMRequest[Any], error: BaseException, seconds: float) -> ModelCall:
    """A call that nothing answered; the deterministic wording stepped in, so it counts as a fallback."""
    model = request.settings.model
    if isinstance(error, TimeoutError):
        error = ModelTimeout("the turn's deadline passed", model=model)
    attempt = Attempt(model=model, error=type(error).__name__, detail=str(error), seconds=seconds)
    spent = spent_by(error) if isinstance(error, ModelError) else Spent()
    return _call(request).model_copy(
        update={
            "usage": spent.usage,
            "cost_usd": spent.cost_usd,
            "seconds": seconds,
            "attempts": [attempt],
            "fallback": True,
        }
    )


def _call(request: LLMRequest[Any]) -> ModelCall:
    return ModelCall(
        agent=request.agent,
        purpose=request.purpose,
        prompt_id=request.prompt_id,
        prompt_hash=request.prompt_hash,
        model=request.settings.model,
        messages=[{"role": message.role, "content": message.content} for message in request.messages],
    )
