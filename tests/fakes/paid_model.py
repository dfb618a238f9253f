"""A remote model with the baseline's mind, that counts what it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot_core.llm.gateway import LLMRequest, LLMResponse
from bot_core.trace import Usage
from bot_core.wiring import BotFactory


class PaidModel:
    """`on_call` is awaited before each answer; it may wait, count or raise. `rewrite` changes replies."""

    def __init__(
        self, factory: BotFactory, on_call: Callable[[LLMRequest[Any]], Awaitable[None]] | None = None
    ) -> None:
        self._factory = factory
        self._on_call = on_call
        self.asked: list[str] = []
        self.rewrite: Callable[[str], str] = lambda text: text

    async def complete(self, request: LLMRequest[Any]) -> LLMResponse[Any]:
        self.asked.append(f"{request.agent}:{request.purpose}")
        if self._on_call:
            await self._on_call(request)
        answer = (await self._factory.baseline.complete(request)).answer
        if hasattr(answer, "text"):
            answer = answer.model_copy(update={"text": self.rewrite(answer.text)})
        return LLMResponse(
            answer=answer,
            model=request.settings.model,
            raw=answer.model_dump_json(exclude_none=True),
            usage=Usage(input_tokens=100, output_tokens=10),
        )
