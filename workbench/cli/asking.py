"""An event loop for a command that asks models."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot_core.llm.closing import close_connections

Found = TypeVar("Found")


def run_and_close(work: Coroutine[Any, Any, Found]) -> Found:
    """`asyncio.run`, and no connection to a model stays open. Raises what `work` raises."""

    async def closed() -> Found:
        try:
            return await work
        finally:
            await close_connections()

    return asyncio.run(closed())
