"""How far an experiment is: counts that every result moves on, and the time that is left."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.evaluation.judge.metrics import unjudged_replies
from workbench.evaluation.statistics.model_calls import answered_by_baseline, model_calls
from workbench.records import CaseResult, ExperimentProgress, RunProgress, RunStatus, Verdict


@dataclass(slots=True)
class RunTally:
    run_id: str
    variant: str
    total: int
    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    ends: Counter[str] = field(default_factory=Counter)
    unjudged: int = 0
    model_calls: int = 0
    baseline_calls: int = 0
    usd: Decimal = Decimal(0)

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    def add(self, result: CaseResult) -> None:
        self.counts[result.verdict] += 1
        self.unjudged += unjudged_replies(result)
        for call in model_calls(result):
            self.model_calls += 1
            self.baseline_calls += answered_by_baseline(call)
        if result.simulated:
            self.ends[result.simulated.end] += 1

    def progress(self) -> RunProgress:
        return RunProgress(
            run_id=self.run_id,
            variant=self.variant,
            done=self.done,
            total=self.total,
            passed=self.counts[Verdict.PASS],
            failed=self.counts[Verdict.FAIL],
            errors=self.counts[Verdict.ERROR],
            unscored=self.counts[Verdict.UNSCORED],
            unjudged=self.unjudged,
            model_calls=self.model_calls,
            baseline_calls=self.baseline_calls,
            ends=dict(self.ends),
            usd=self.usd,
        )


class Tally:
    """The counts of all runs of one experiment, in one process."""

    def __init__(self, experiment_id: str, name: str, runs: list[RunTally], budget_usd: Decimal | None) -> None:
        self._experiment_id = experiment_id
        self._name = name
        self._budget_usd = budget_usd
        self._started = time.monotonic()
        self._played = 0
        self.runs = runs
        self.reserved_usd = Decimal(0)
        self.pairs_done = 0
        self.pairs_total = 0
        """Pairs of conversations that the judge is to compare."""
        self.pairs_usd = Decimal(0)

    def restore(self, position: int, result: CaseResult) -> None:
        """A result of an earlier process."""
        self.runs[position].add(result)

    def add(self, position: int, result: CaseResult) -> None:
        self.restore(position, result)
        self._played += 1

    def is_played(self) -> bool:
        return all(run.done >= run.total for run in self.runs)

    def is_whole(self) -> bool:
        """Played, and compared where the judge is to compare."""
        return self.is_played() and self.pairs_done >= self.pairs_total

    def progress(self, status: RunStatus, *, problem: str | None = None) -> ExperimentProgress:
        running = status is RunStatus.RUNNING
        return ExperimentProgress(
            experiment_id=self._experiment_id,
            name=self._name,
            status=status,
            runs=tuple(run.progress() for run in self.runs),
            pairs_done=self.pairs_done,
            pairs_total=self.pairs_total,
            usd_spent=sum((run.usd for run in self.runs), self.pairs_usd),
            usd_reserved=self.reserved_usd if running else Decimal(0),
            budget_usd=self._budget_usd,
            seconds_left=self._seconds_left() if running else None,
            problem=problem,
        )

    def _seconds_left(self) -> float | None:
        """Of the conversations; how long the judge's comparisons after them take, they do not tell."""
        if not self._played or (self.is_played() and not self.is_whole()):
            return None
        missing = sum(run.total - run.done for run in self.runs)
        return (time.monotonic() - self._started) / self._played * missing
