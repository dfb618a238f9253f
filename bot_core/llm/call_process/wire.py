"""What goes between a run and its process for model calls: pickles, each behind its length in four bytes.

Both ends are ours, over a socket pair that nobody else can open.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from bot_core.errors import KavakBotError
from bot_core.llm.gateway import LLMRequest, LLMResponse, ModelSettings

_LENGTH_BYTES = 4


class Question(NamedTuple):
    number: int
    asked: LLMRequest[Any] | ModelSettings | None
    """A call, or whether that model could be called. None: nobody waits for the answer any more."""


class Outcome(NamedTuple):
    number: int
    value: LLMResponse[Any] | KavakBotError | None
    """None: the model could be called."""


def frame(message: Question | Outcome) -> bytes:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[Any]:
    """Messages until the other end is gone, which may be within one."""
    while True:
        try:
            length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
            body = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        yield pickle.loads(body)  # noqa: S301  # what our own process has pickled
