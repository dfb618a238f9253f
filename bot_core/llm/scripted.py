"""A gateway that follows a script, for tests of what is above it. The script must be consumed exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from pydantic import BaseModel

from bot_core.errors import ModelError
from bot_core.llm.gateway import Answer, LLMRequest, LLMResponse
from bot_core.trace import Attempt, Usage

Reply = BaseModel | ModelError | Callable[[LLMRequest[Any]], BaseModel]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script: only for a request of this agent and purpose, where they are given."""

    reply: Reply
    agent: str | None = None
    purpose: str | None = None
    usage: Usage = field(default_factory=lambda: Usage(input_tokens=10, output_tokens=5))
    cost_usd: Decimal = Decimal(0)

    def fits(self, request: LLMRequest[Any]) -> bool:
        return (
            self.agent in (None, request.agent)
            and self.purpose in (None, request.purpose)
            and (not isinstance(self.reply, BaseModel) or isinstance(self.reply, request.response_model))
        )


class ScriptedGateway:
    """Answers each request with the first unused line that fits it: agents of a turn ask in no fixed order.

    A request without a line raises AssertionError, which no part of the bot takes for a model's failure.
    """

    def __init__(self, script: Iterable[Reply | Line] = ()) -> None:
        self._lines = [entry if isinstance(entry, Line) else Line(entry) for entry in script]
        self.requests: list[LLMRequest[Any]] = []

    def add(self, *script: Reply | Line) -> None:
        self._lines.extend(entry if isinstance(entry, Line) else Line(entry) for entry in script)

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        self.requests.append(request)
        line = self._taken(request)
        reply = line.reply
        if isinstance(reply, ModelError):
            raise reply
        answer = cast(Answer, reply if isinstance(reply, BaseModel) else reply(request))
        return LLMResponse(
            answer=answer,
            model=request.settings.model,
            raw=answer.model_dump_json(exclude_none=True),
            usage=line.usage,
            cost_usd=line.cost_usd,
            attempts=(Attempt(model=request.settings.model),),
        )

    def assert_consumed(self) -> None:
        """Raises AssertionError that lists the lines nobody asked for."""
        assert not self._lines, f"{len(self._lines)} scripted lines were not asked for: {self._lines}"

    def _taken(self, request: LLMRequest[Any]) -> Line:
        for position, line in enumerate(self._lines):
            if line.fits(request):
                return self._lines.pop(position)
        raise AssertionError(
            f"the script has no line for {request.agent}/{request.purpose} ({request.response_model.__name__}); "
            f"left: {self._lines}"
        )
