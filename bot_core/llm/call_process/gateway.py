"""Asks the process for model calls."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from typing import Any

from bot_core.errors import KavakBotError, ModelUnavailable
from bot_core.llm.call_process.process import CallProcess
from bot_core.llm.call_process.wire import Outcome, Question, frame, frames
from bot_core.llm.gateway import Answer, LLMRequest, LLMResponse, ModelSettings


class ProcessGateway:
    """Answers as LiteLLMGateway does, which it asks in `process`. For one event loop.

    When the process ends (no memory, killed), the calls under way are ModelUnavailable and may have been paid for; the
    next one starts it again.
    """

    def __init__(self, process: CallProcess) -> None:
        self._process = process
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()

    async def check(self, settings: ModelSettings) -> None:
        """As LiteLLMGateway's; the process is ready afterwards. Raises ModelError.

        One that ends before is started once more: nothing was asked of a provider yet.
        """
        try:
            await (await self._connected()).ask(settings, settings.model)
        except ModelUnavailable:
            await (await self._connected()).ask(settings, settings.model)

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """Raises ModelError."""
        line = await self._connected()
        # What only the offline baseline needs stays here.
        response: LLMResponse[Answer] = await line.ask(
            replace(request, facts=None, deadline=None), request.settings.model
        )
        return response

    async def close(self) -> None:
        """Before the event loop ends."""
        if self._line is not None:
            await self._line.close()
            self._line = None

    async def _connected(self) -> _Line:
        async with self._connecting:
            if self._line is None or self._line.is_over:
                await self.close()
                self._line = _Line(*await asyncio.open_connection(sock=self._process.connection()))
            return self._line


class _Line:
    """A connection to a process, and who waits for it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._listening = asyncio.create_task(self._listen(reader))

    @property
    def is_over(self) -> bool:
        return self._listening.done()

    async def ask(self, asked: LLMRequest[Any] | ModelSettings, model: str) -> Any:
        """What the process answers, which it may raise. Raises ModelUnavailable when it ends before."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(frame(Question(number, asked)))
            return await answer
        except asyncio.CancelledError:
            self._writer.write(frame(Question(number, None)))
            raise
        except _Ended:
            raise _lost(model) from None
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        self._listening.cancel()
        self._writer.close()
        await asyncio.gather(self._listening, self._writer.wait_closed(), return_exceptions=True)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            async for outcome in frames(reader):
                self._told(outcome)
        finally:
            for number in self._waiting:
                self._told(Outcome(number, _Ended()))

    def _told(self, outcome: Outcome) -> None:
        answer = self._waiting.get(outcome.number)
        # An answer may cross the word that nobody waits for it any more.
        if answer is None or answer.done():
            return
        if isinstance(outcome.value, KavakBotError):
            answer.set_exception(outcome.value)
        else:
            answer.set_result(outcome.value)


class _Ended(KavakBotError):
    """The process, before it answered."""

    def __init__(self) -> None:
        super().__init__("the process that makes the calls has ended")


def _lost(model: str) -> ModelUnavailable:
    error = ModelUnavailable(f"{model}: the process that makes the calls has ended", model=model)
    error.unseen = True
    return error
