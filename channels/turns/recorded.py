"""Model calls that outlive the worker: what was answered once is not paid for twice.

Exactly: every answer that a remote model gave is stored under its turn before anything is done with it, so a turn that
begins again after a kill asks only for answers that were not stored. Those are the calls that were on the wire at the
kill (the provider may bill them, and nobody can know), one for each agent of the turn at most, and calls that ended
in an error, which were not answers. An answer that comes while the database is away is kept in memory until it is
back, also when its turn was given up meanwhile because nobody could renew its lease: this process asks nobody for it
again, and another one only if it is at the model before the answer is stored, within a fraction of a second.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from bot_core.errors import StoreError
from bot_core.llm.gateway import Answer, LLMGateway, LLMRequest, LLMResponse
from bot_core.trace import Attempt, Usage
from channels.crashing import CrashPoints
from channels.observability.logs import log
from channels.store.turns import OpenTurns

_log = log(__name__)


class RecordedGateway:
    """Right around the remote models, inside retries and fallbacks: so the answer of each is kept, not what a route
    came to. Raises what `inner` raises."""

    def __init__(
        self,
        inner: LLMGateway,
        turns: OpenTurns,
        crashes: CrashPoints,
        *,
        pause: float = 0.1,
        patience: float = 8.0,
        longest: float = 3600.0,
    ) -> None:
        """`pause`: seconds between tries to keep an answer; `patience`: how long the turn waits for it; `longest`: when
        the answer is let go. The tries go on when the turn is given up meanwhile."""
        self._inner = inner
        self._turns = turns
        self._crashes = crashes
        self._pause = pause
        self._patience = patience
        self._longest = longest
        self._unkept: dict[tuple[str, str], str] = {}
        self._keeping: set[asyncio.Task[None]] = set()
        self._line = asyncio.Lock()

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        key = request_hash(request)
        kept = self._unkept.get((request.tracking_id, key))
        if kept is None:
            kept = await asyncio.to_thread(self._turns.call, request.tracking_id, key)
        if kept is not None:
            return _response(json.loads(kept), request.response_model)
        response = await self._inner.complete(request)
        self._crashes.reached("during_model")
        await self._keep(request.tracking_id, key, _as_json(response))
        return response

    async def _keep(self, tracking_id: str, key: str, answer: str) -> None:
        """It is paid for: a database that is away is waited for, within reason."""
        self._unkept[tracking_id, key] = answer
        task = asyncio.create_task(self._store(tracking_id, key, answer))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        # Whoever waits here may be cancelled; the task goes on.
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            # Used all the same, even though a kill before the turn's end would have it asked again.
            _log.warning("answer_not_kept", tracking_id=tracking_id)

    async def _store(self, tracking_id: str, key: str, answer: str) -> None:
        until = time.monotonic() + self._longest
        try:
            if await self._is_stored(tracking_id, key, answer):
                return
            # One asks for all: who comes back is not met by a crowd.
            async with self._line:
                while time.monotonic() < until:
                    await asyncio.sleep(self._pause)
                    if await self._is_stored(tracking_id, key, answer):
                        return
        finally:
            self._unkept.pop((tracking_id, key), None)

    async def _is_stored(self, tracking_id: str, key: str, answer: str) -> bool:
        try:
            await asyncio.to_thread(self._turns.keep_call, tracking_id, key, answer)
        except StoreError:
            return False
        return True


def request_hash(request: LLMRequest[Any]) -> str:
    """The same question in the same turn has the same hash, in every process."""
    asked = {
        "agent": request.agent,
        "purpose": request.purpose,
        "messages": [asdict(message) for message in request.messages],
        "answer": request.response_model.__name__,
        "settings": request.settings.model_dump(mode="json"),
        "prompt": request.prompt_hash,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _as_json(response: LLMResponse[Any]) -> str:
    return json.dumps(
        {
            "answer": response.answer.model_dump(mode="json"),
            "model": response.model,
            "raw": response.raw,
            "usage": response.usage.model_dump(),
            "cost_usd": str(response.cost_usd),
            "seconds": response.seconds,
            "attempts": [attempt.model_dump() for attempt in response.attempts],
            "fallback": response.fallback,
        }
    )


def _response(kept: dict[str, Any], model: type[Answer]) -> LLMResponse[Answer]:
    return LLMResponse(
        answer=model.model_validate(kept["answer"]),
        model=kept["model"],
        raw=kept["raw"],
        usage=Usage.model_validate(kept["usage"]),
        cost_usd=Decimal(kept["cost_usd"]),
        seconds=kept["seconds"],
        attempts=tuple(TypeAdapter(list[Attempt]).validate_python(kept["attempts"])),
        fallback=kept["fallback"],
    )
