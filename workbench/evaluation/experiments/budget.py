"""Money: never more is spent than was allowed, whatever is under way at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


class BudgetExhausted(Exception):
    """The next call might cost more than is left, and nothing under way can give any back."""


@dataclass(slots=True)
class Reservation:
    """The most that one call under way may cost."""

    usd: Decimal
    open: bool = True


class Budget:
    """spent + reserved ≤ cap at every moment. For the tasks of one event loop.

    A call reserves what it may cost at most and settles for what it did cost. One that does not fit waits for others
    to settle; it is refused only when it would not fit even if nothing else were under way.
    """

    def __init__(self, cap_usd: Decimal | None, spent_usd: Decimal = ZERO) -> None:
        self.cap_usd = cap_usd
        self.spent_usd = spent_usd
        self.reserved_usd = ZERO
        self._waiting: list[asyncio.Future[None]] = []

    async def reserve(self, usd: Decimal) -> Reservation:
        """Raises BudgetExhausted."""
        while self._exceeds(usd, self.reserved_usd):
            if self._exceeds(usd, ZERO):
                raise BudgetExhausted(f"{usd} USD may be needed, {self._left()} USD are left")
            await self._next_settlement()
        self.reserved_usd += usd
        return Reservation(usd)

    def settle(self, reservation: Reservation, usd: Decimal) -> None:
        """The call is over and cost `usd`; settling twice counts once."""
        if not reservation.open:
            return
        reservation.open = False
        self.reserved_usd -= reservation.usd
        self.spent_usd += usd
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def _next_settlement(self) -> None:
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(settled)
        await settled

    def _exceeds(self, usd: Decimal, reserved: Decimal) -> bool:
        return self.cap_usd is not None and self.spent_usd + reserved + usd > self.cap_usd

    def _left(self) -> Decimal:
        return (self.cap_usd or ZERO) - self.spent_usd
