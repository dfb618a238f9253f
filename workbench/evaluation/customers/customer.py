"""What a simulated customer is: a phone in a hand. It sees what a phone shows and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot_core.messages import BotReply
from workbench.evaluation.customers.records import Leave, Move, Say
from workbench.evaluation.dataset.personas import Persona


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the customer sent, and what the bot answered."""

    sent: tuple[str, ...]
    reply: BotReply


class Customer(Protocol):
    """One customer in one conversation."""

    async def next_move(self, exchanges: Sequence[Exchange]) -> Move:
        """The next messages, or leaving. Raises KavakBotError when the customer's own model fails."""
        ...


class CustomerMaker(Protocol):
    def __call__(self, persona: Persona, seed: int) -> Customer: ...


class ScriptedCustomer:
    """Sends fixed messages, one entry a turn, whatever the bot answers; then leaves."""

    def __init__(self, script: Sequence[Say], *, satisfied: bool = True) -> None:
        self._script = tuple(script)
        self._satisfied = satisfied

    async def next_move(self, exchanges: Sequence[Exchange]) -> Move:
        if len(exchanges) < len(self._script):
            return self._script[len(exchanges)]
        return Leave(satisfied=self._satisfied)
