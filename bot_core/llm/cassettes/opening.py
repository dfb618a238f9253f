"""What recorders and players share: opening a cassette for the code inside a `with`, and counting turns and calls."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, cast

from bot_core.llm.cassettes.context import Call, CassetteToken, OpenCassette, open_cassette
from bot_core.llm.cassettes.wire import tapped
from bot_core.llm.gateway import LLMRequest


class Opened:
    """Open once, around one case; tasks that start inside belong to it."""

    def __init__(self) -> None:
        self._turns: list[str] = []
        self._calls = 0
        self._token: CassetteToken | None = None
        self._tap = ExitStack()

    def __enter__(self) -> Self:
        self._tap.enter_context(tapped())
        self._token = open_cassette.set(cast(OpenCassette, self))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._token is not None
        open_cassette.reset(self._token)
        self._tap.close()

    def begin(self, request: LLMRequest[Any]) -> Call:
        """A gateway starts `request`; requests of one tracking_id are one turn."""
        if request.tracking_id not in self._turns:
            self._turns.append(request.tracking_id)
        self._calls += 1
        return Call(
            turn=self._turns.index(request.tracking_id) + 1,
            order=self._calls,
            agent=request.agent,
            purpose=request.purpose,
            prompt=request.prompt_id,
            prompt_hash=request.prompt_hash,
            model=request.settings.model,
        )
