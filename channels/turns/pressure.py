"""When more is asked than can be thought about: whoever has waited too long for a place is answered without a model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

_hurried: ContextVar[bool] = ContextVar("hurried", default=False)


def is_hurried() -> bool:
    """The turn that runs here has waited long enough: no more waiting for models."""
    return _hurried.get()


class TurnSlots:
    """So many turns at once in this process. A turn that waited longer than `patience` seconds for its place is
    hurried: the offline baseline answers it, marked as a fallback, so that the queue drains at the speed of code."""

    def __init__(self, slots: int, *, patience: float) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._patience = patience

    @asynccontextmanager
    async def one(self) -> AsyncIterator[float]:
        """Gives the seconds that the turn has waited."""
        began = time.monotonic()
        async with self._slots:
            waited = time.monotonic() - began
            token = _hurried.set(waited > self._patience)
            try:
                yield waited
            finally:
                _hurried.reset(token)
