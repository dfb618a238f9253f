"""Everything for one customer, one step after the other, until nothing is left. It knows no queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from channels.crashing import CrashPoints
from channels.observability.logs import log
from channels.outbound.sender import OutboxSender
from channels.settings import ChannelSettings
from channels.store.people import LostLease
from channels.store.store import ChannelStore
from channels.turns.service import TurnService
from channels.worker.leases import LeaseKeeper
from channels.worker.plan import Action, Planner, Step

Result = TypeVar("Result")
_log = log(__name__)


class Steps:
    """How a step runs. Here: just so. With an engine: recorded, so that a finished one is not done again."""

    async def run(self, name: str, work: Callable[[], Awaitable[Result]]) -> Result:
        del name
        return await work()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class CustomerService:
    def __init__(
        self,
        settings: ChannelSettings,
        store: ChannelStore,
        turns: TurnService,
        sender: OutboxSender,
        leases: LeaseKeeper,
        *,
        crashes: CrashPoints | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._turns = turns
        self._sender = sender
        self._leases = leases
        self._planner = Planner(settings, store)
        self._crashes = crashes or CrashPoints()
        self._here: dict[str, tuple[asyncio.Lock, int]] = {}

    async def serve(self, customer_id: str, owner: str, steps: Steps) -> str:
        """Work until there is nothing to do now. "busy" when somebody else is at it, "lost" when somebody took over.

        Within one process a second call waits for the first: even a lease that ran out while the machine stood still
        does not let two of them think for the same customer here.
        """
        async with self._alone(customer_id):
            return await self._serve_alone(customer_id, owner, steps)

    @asynccontextmanager
    async def _alone(self, customer_id: str) -> AsyncIterator[None]:
        lock, users = self._here.get(customer_id, (asyncio.Lock(), 0))
        self._here[customer_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            _, users = self._here.pop(customer_id)
            if users > 1:
                self._here[customer_id] = (lock, users - 1)

    async def _serve_alone(self, customer_id: str, owner: str, steps: Steps) -> str:
        async def claim() -> int | None:
            return await asyncio.to_thread(self._store.people.claim, customer_id, owner, self._settings.lease_seconds)

        fence = await steps.run("claim", claim)
        if fence is None:
            return "busy"
        self._crashes.reached("after_claim")
        with self._leases.kept(owner):
            try:
                await self._work(customer_id, fence, steps)
            except LostLease:
                _log.warning("lease_lost", customer=customer_id)
                return "lost"
        return "rested"

    async def _work(self, customer_id: str, fence: int, steps: Steps) -> None:
        async def plan() -> dict[str, object]:
            step = await asyncio.to_thread(self._planner.next_step, customer_id, fence)
            return step.model_dump(mode="json")

        while True:
            step = Step.model_validate(await steps.run("plan", plan))
            if step.action is Action.REST:
                return
            if step.action is Action.WAIT:
                await steps.sleep(step.seconds)
                continue
            result = await steps.run(step.action.value, lambda step=step: self._do(step, customer_id, fence))  # type: ignore[misc]
            if result == "stumbled":
                await steps.sleep(self._settings.retry_seconds)

    async def _do(self, step: Step, customer_id: str, fence: int) -> str:
        match step.action:
            case Action.THINK:
                return await self._while_ours(self._turns.think(customer_id, fence), customer_id)
            case Action.COMMIT:
                done = await asyncio.to_thread(self._turns.commit, customer_id, fence)
                self._crashes.reached("after_outbox")
                return done
            case Action.SEND:
                await asyncio.sleep(await asyncio.to_thread(self._sender.reserve, customer_id))
                return await asyncio.to_thread(self._sender.send, step.outbox_id, customer_id, fence)
            case Action.SETTLE:
                return await asyncio.to_thread(self._sender.settle, step.outbox_id, customer_id, fence)
        raise AssertionError(step.action)

    async def _while_ours(self, thinking: Coroutine[Any, Any, str], customer_id: str) -> str:
        """Given up when our leases are over: another worker may be asking the model for this customer already."""
        began = time.monotonic()
        task = asyncio.ensure_future(thinking)
        try:
            while not (await asyncio.wait({task}, timeout=self._settings.lease_seconds / 6))[0]:
                if self._leases.are_over(since=began):
                    raise LostLease(f"customer {customer_id} may be somebody else's by now")
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        return task.result()
