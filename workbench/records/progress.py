"""How far an experiment is, while it is under way."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from bot_core.messages import Frozen
from workbench.records.runs import RunStatus


class RunProgress(Frozen):
    """How far one variant is; errors and unscored cases are in `done`."""

    run_id: str
    variant: str
    done: int = 0
    total: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    unscored: int = 0
    """Nothing could be judged of them: a simulated customer's own fault, for instance."""
    unjudged: int = 0
    """Replies that the judge left without a score, because it failed."""
    model_calls: int = 0
    """Of the bot, to its models."""
    baseline_calls: int = 0
    """Those of them that the embedded baseline answered, for whatever reason."""
    ends: dict[str, int] = Field(default_factory=dict)
    """How the conversations of simulated customers ended; the names are those of `SimulatedEnd.end`."""
    usd: Decimal = Decimal(0)
    """Paid for bot, simulated customers and judge."""


class ExperimentProgress(Frozen):
    experiment_id: str
    name: str
    status: RunStatus
    runs: tuple[RunProgress, ...]
    pairs_done: int = 0
    pairs_total: int = 0
    """Pairs of conversations that the judge compares once all runs are played; 0 when nobody asked for them."""
    usd_spent: Decimal = Decimal(0)
    usd_reserved: Decimal = Decimal(0)
    """What the calls under way may still cost at most."""
    budget_usd: Decimal | None = None
    seconds_left: float | None = None
    """None when nothing can be told yet, or nothing is under way."""
    problem: str | None = None
    """Why it failed, in one line."""

    @property
    def done(self) -> int:
        return sum(run.done for run in self.runs)

    @property
    def total(self) -> int:
        return sum(run.total for run in self.runs)
