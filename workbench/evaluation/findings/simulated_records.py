"""How the conversations of simulated customers ended, apart from what is said of the bot."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.evaluation.findings.conversation_records import Key


@dataclass(frozen=True, slots=True)
class EndCount:
    """Conversations that ended in one way; `end` is one of evaluation.customers.records.End."""

    end: str
    label: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class FaultCount:
    """Conversations in which the simulator made one kind of mistake; of evaluation.customers.records.FaultKind."""

    kind: str
    label: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class SimulatedFinding:
    """One variant's conversations with simulated customers. A simulator's fault says nothing of the bot: such a
    conversation is in none of its rates and is counted here. `low`-`high` is Wilson's 95 % interval of `fault_share`,
    personas with their seeds inside."""

    ends: tuple[EndCount, ...]
    """Every end, also those that did not happen."""
    kinds: tuple[FaultCount, ...]
    """Only those that happened."""
    fault_share: float
    low: float
    high: float

    @property
    def faults(self) -> tuple[Key, ...]:
        """Conversations that ended by the simulator's fault."""
        return next(one.keys for one in self.ends if one.end == "simulator_fault")

    @property
    def played(self) -> tuple[Key, ...]:
        return tuple(key for one in self.ends for key in one.keys)
