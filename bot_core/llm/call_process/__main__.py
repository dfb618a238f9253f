"""`python -m bot_core.llm.call_process FD`: answers model calls over a socket until its other end is closed."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from functools import partial
from typing import Any

from bot_core.errors import KavakBotError, ModelError
from bot_core.llm.call_process.wire import Outcome, Question, frame, frames
from bot_core.llm.closing import close_connections
from bot_core.llm.gateway import LLMResponse, ModelSettings
from bot_core.llm.litellm_client import litellm_client
from bot_core.llm.litellm_gateway import LiteLLMGateway

_log = logging.getLogger(__name__)


async def serve(connection: socket.socket) -> None:
    """Calls side by side; those under way are given up at the end: whoever asked is gone."""
    gateway = LiteLLMGateway()
    await litellm_client()
    reader, writer = await asyncio.open_connection(sock=connection)
    calls: dict[int, asyncio.Task[None]] = {}
    try:
        async for number, asked in frames(reader):
            if asked is not None:
                calls[number] = asyncio.create_task(_answer(gateway, Question(number, asked), writer))
                calls[number].add_done_callback(partial(_forget, calls, number))
            elif number in calls:
                calls[number].cancel()
    finally:
        for call in [*calls.values()]:
            call.cancel()
        await close_connections()
        writer.close()


def _forget(calls: dict[int, asyncio.Task[None]], number: int, _over: asyncio.Task[None]) -> None:
    del calls[number]


async def _answer(gateway: LiteLLMGateway, question: Question, writer: asyncio.StreamWriter) -> None:
    try:
        outcome = frame(Outcome(question.number, await _asked(gateway, question)))
    except ModelError as error:
        outcome = frame(Outcome(question.number, error))
    except Exception as error:  # noqa: BLE001  # a fault of ours is the asker's to tell; the other calls go on
        _log.exception("a model call failed")
        outcome = frame(Outcome(question.number, KavakBotError(f"{type(error).__name__}: {error}")))
    writer.write(outcome)


async def _asked(gateway: LiteLLMGateway, question: Question) -> LLMResponse[Any] | None:
    if isinstance(question.asked, ModelSettings):
        await gateway.check(question.asked)
        return None
    assert question.asked is not None
    return await gateway.complete(question.asked)


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
