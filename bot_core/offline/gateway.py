"""The embedded baseline: no model, no network, the same answer every time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import cast

from pydantic import BaseModel

from bot_core.facts.facts import AgentReply, IntentionFacts
from bot_core.intents import UserIntentionResponse
from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMRequest, LLMResponse
from bot_core.offline.understanding import RuleBasedUnderstanding
from bot_core.trace import Attempt
from bot_core.wording.replies import render

DEFAULT_MATCH_SCORE = 82.0
"""How near (0-100) a misspelt name must be; a release may set `min_match_score` in the intention's params."""


class OfflineGateway:
    """Reads intentions by rules and words replies from the facts; the prompt is not used."""

    def __init__(self, understanding: Callable[[float], RuleBasedUnderstanding]) -> None:
        self._understanding = lru_cache(maxsize=8)(understanding)

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        started = time.perf_counter()
        answer = self._answer(request)
        seconds = time.perf_counter() - started
        return LLMResponse(
            answer=cast(Answer, answer),
            model=OFFLINE_MODEL,
            raw=answer.model_dump_json(exclude_none=True),
            seconds=seconds,
            attempts=(Attempt(model=OFFLINE_MODEL, seconds=seconds),),
        )

    def _answer(self, request: LLMRequest[Answer]) -> BaseModel:
        if request.response_model is UserIntentionResponse:
            score = float(request.settings.params.get("min_match_score", DEFAULT_MATCH_SCORE))
            return self._understanding(score).understand(cast(IntentionFacts, request.facts))
        if request.response_model is AgentReply:
            return AgentReply(text="\n\n".join(render(fact) for fact in cast(Sequence, request.facts)))  # type: ignore[type-arg]
        raise TypeError(f"the offline baseline has no answer of type {request.response_model.__name__}")
