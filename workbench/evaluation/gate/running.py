"""From the cases to a judgement; and from a clean run to a new baseline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot_core.errors import DatasetError
from bot_core.settings import PROJECT_ROOT, Settings
from workbench.evaluation.batch import OnResult
from workbench.evaluation.cassettes import CASSETTES, is_recorded
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import Dataset
from workbench.evaluation.gate.baseline import Baseline, bless, read_baseline, write_baseline
from workbench.evaluation.gate.judgement import Judgement, Outcome, judge
from workbench.evaluation.gate.suites import OWN, SUITES, Suite, SuiteResult, cassette_problems, run_suite

BASELINE = PROJECT_ROOT / "eval_reports" / "baseline.json"


@dataclass(frozen=True)
class Gate:
    """Where the gate finds things; the defaults are the repository's own."""

    dataset: Dataset
    settings: Settings
    suites: Sequence[Suite] = SUITES
    cassettes: Path = CASSETTES
    baseline_path: Path | None = BASELINE
    """None to compare with nothing."""
    concurrency: int = 16

    def run(self, *, on_result: OnResult | None = None) -> Judgement:
        """Raises UserError for a wrong file or name; everything else is in the judgement."""
        baseline = read_baseline(self.baseline_path) if self.baseline_path else None
        offered = (*self.suites, OWN) if self.dataset.own else self.suites
        suites = [suite for suite in offered if self._is_due(suite, baseline)]
        runs = asyncio.run(self._runs(suites, on_result))
        replayed = [suite for suite in suites if suite.replayed]
        recorded = self._cases(replayed[0]) if replayed else ()
        stale = cassette_problems(replayed, recorded, self.cassettes) if replayed else ()
        return judge(runs, baseline, stale=stale)

    def bless(self, judgement: Judgement, reason: str, *, on: date) -> Baseline:
        """Make `judgement` the baseline. Raises DatasetError when a hard rule fails or a case could not be judged."""
        refused = [problem for problem in judgement.problems if _is_final(problem.outcome, problem.case_id)]
        if refused:
            first = refused[0]
            where = f"{first.suite} {first.case_id or ''}".strip()
            raise DatasetError(f"not blessed: {where}: {first.message.splitlines()[0]}", hint=f"{len(refused)} in all")
        baseline = bless((suite.run for suite in judgement.suites if suite.run.suite is not OWN), reason, on)
        write_baseline(self.baseline_path or BASELINE, baseline)
        return baseline

    async def _runs(self, suites: Sequence[Suite], on_result: OnResult | None) -> list[SuiteResult]:
        return [
            await run_suite(
                suite,
                self._cases(suite),
                self.settings,
                self.cassettes,
                concurrency=self.concurrency,
                on_result=on_result,
            )
            for suite in suites
        ]

    def _cases(self, suite: Suite) -> tuple[Case, ...]:
        return self.dataset.split(suite.split)

    def _is_due(self, suite: Suite, baseline: Baseline | None) -> bool:
        """A replay is due once it was recorded or blessed: cassettes that vanish are stale, not skipped."""
        if not suite.replayed:
            return True
        blessed = baseline is not None and suite.name in baseline.suites
        return blessed or is_recorded(self.cassettes, suite.variant.name)


def _is_final(outcome: Outcome, case_id: str | None) -> bool:
    """A loss against the old baseline is what blessing accepts; a broken hard rule (it names its case) never is."""
    return outcome is not Outcome.REGRESSION or case_id is not None
