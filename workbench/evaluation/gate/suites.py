"""What the gate runs: the offline baseline on all cases, and each recorded variant from its cassettes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot_core.settings import Settings
from workbench.evaluation.batch import OnResult, run_batch
from workbench.evaluation.build import build_subject
from workbench.evaluation.cassettes import ReplaySession, audited, replayed_subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import OWN_SPLIT
from workbench.evaluation.scorers.table import SCORERS
from workbench.records import CaseResult, VariantSpec


@dataclass(frozen=True)
class Suite:
    """A variant on a split. `floors` are the lowest shares of passed cases, by scorer."""

    variant: VariantSpec
    split: str
    replayed: bool = False
    floors: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.variant.name}/{self.split}"


OFFLINE = Suite(VariantSpec(name="offline-base"), "golden", floors={"intent": 0.95})
RECORDED = tuple(
    Suite(VariantSpec(name=release, release_id=release), "recorded", replayed=True) for release in ("local", "local-v2")
)
OWN = Suite(VariantSpec(name="offline-base"), OWN_SPLIT, floors=dict.fromkeys(SCORERS, 1.0))
"""Cases made in the simulator: each must pass, and none is ever blessed, since they are of one machine."""
SUITES = (OFFLINE, *RECORDED)


@dataclass(frozen=True)
class SuiteResult:
    suite: Suite
    results: tuple[CaseResult, ...]
    stale: tuple[str, ...] = ()
    """Problems of the cassettes beside those of a case: orphans, missing, damaged and half-played files."""


async def run_suite(
    suite: Suite,
    cases: Sequence[Case],
    settings: Settings,
    cassettes: Path,
    *,
    concurrency: int = 16,
    on_result: OnResult | None = None,
) -> SuiteResult:
    """Play `cases`; one that cannot be replayed has an error. Raises UserError for a wrong name or file."""
    if not suite.replayed:
        subject = build_subject(suite.variant, settings)
        return SuiteResult(suite, await run_batch(cases, subject, concurrency=concurrency, on_result=on_result))
    session = ReplaySession(cassettes, suite.variant.name)
    subject = replayed_subject(suite.variant, settings, session)
    results = await run_batch(cases, subject, concurrency=concurrency, on_result=on_result)
    problems = session.half_played(result.case_id for result in results if result.error is None)
    return SuiteResult(suite, results, tuple(map(str, problems)))


def cassette_problems(suites: Sequence[Suite], cases: Sequence[Case], cassettes: Path) -> tuple[str, ...]:
    """Orphaned and damaged files. A missing one is an error of its case already."""
    variants = [suite.variant.name for suite in suites if suite.replayed]
    return tuple(str(problem) for problem in audited(cassettes, variants, cases) if problem.kind != "missing")
