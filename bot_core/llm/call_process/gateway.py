"""Asks the process for model calls."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from typing import Any

from bot_core.errors import KavakBotError, ModelUnavailable
from bot_core.llm.call_process.process import CallProcess
from bot_core.llm.call_process.wire import Outcome, Question, Ready, frame, frames
from bot_core.llm.gateway import Answer, LLMRequest, LLMResponse


class ProcessGateway:
    """Answers as LiteLLMGateway does, which it asks in `process`. For one event loop.

    When the process ends (no memory, killed), the calls under way are ModelUnavailable and may have been paid for; the
    next one starts it again.
    """

    def __init__(self, process: CallProcess) -> None:
        self._process = process
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()

    async def warm_up(self) -> None:
        """Until the process can be asked. One that cannot start is told of by the first call."""
        await (await self._connected()).ready.wait()

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """Raises ModelError."""
        line = await self._connected()
        return await line.ask(request)

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
        self.ready = asyncio.Event()
        """Also set when it is over."""
        self._writer = writer
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._listening = asyncio.create_task(self._listen(reader))

    @property
    def is_over(self) -> bool:
        return self._listening.done()

    async def ask(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        # What the offline baseline would need stays here.
        self._writer.write(frame(Question(number, replace(request, facts=None, deadline=None))))
        try:
            outcome: LLMResponse[Answer] | KavakBotError | None = await answer
        except asyncio.CancelledError:
            self._writer.write(frame(Question(number, None)))
            raise
        finally:
            del self._waiting[number]
        if outcome is None:
            raise _lost(request.settings.model)
        if isinstance(outcome, KavakBotError):
            raise outcome
        return outcome

    async def close(self) -> None:
        self._listening.cancel()
        self._writer.close()
        await asyncio.gather(self._listening, self._writer.wait_closed(), return_exceptions=True)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            async for message in frames(reader):
                self._told(message)
        finally:
            self.ready.set()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(None)

    def _told(self, message: Ready | Outcome) -> None:
        if isinstance(message, Ready):
            self.ready.set()
        # An answer may cross the word that nobody waits for it any more.
        elif (answer := self._waiting.get(message.number)) and not answer.done():
            answer.set_result(message.value)


def _lost(model: str) -> ModelUnavailable:
    error = ModelUnavailable(f"{model}: the process that makes the calls has ended", model=model)
    error.unseen = True
    return error
