"""What `compare` says beside the figures: other data, a judge that failed, how simulated customers ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.table import Table

from workbench.cli.telling import baseline_line
from workbench.evaluation.findings.ends import simulated_finding
from workbench.evaluation.findings.labels import labels
from workbench.evaluation.findings.records import (
    BaselineFinding,
    DataDifference,
    Findings,
    JudgeFinding,
    SimulatedFinding,
    UnjudgedFinding,
)
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level
from workbench.storage.experiment_files import ExperimentFolder


def warnings(found: Findings) -> Iterator[str]:
    """One line each, before the figures are read."""
    yield from map(_other_data, found.data_differences)
    yield from map(_by_baseline, found.by_baseline)
    yield from map(_unjudged, found.unjudged)
    yield from (_own_judge(one.variant, one.kind, len(one.keys)) for one in found.judge_warnings)
    yield from _weak_judge(found.judge)
    for name in found.uncompared:
        yield f"{name} and {found.variants[0].name} have no conversation in common: there is nothing to compare"
    for variant, simulated in found.simulated.items():
        if simulated.faults:
            yield faults_line(variant, simulated)


def fault_lines(folder: ExperimentFolder) -> Iterator[str]:
    """At the end of an experiment with simulated customers, one line for each variant. Raises StoreError."""
    for run_id, variant in zip(folder.run_ids(), folder.spec.variants, strict=True):
        if found := simulated_finding(folder.results(run_id)):
            yield faults_line(variant.name, found)


def own_judge_lines(folder: ExperimentFolder) -> Iterator[str]:
    """At the end of an experiment with a judge, one line for each variant that it judged itself. Raises StoreError."""
    for run_id, variant in zip(folder.run_ids(), folder.spec.variants, strict=True):
        kinds = Counter(kind for one in folder.results(run_id) for kind in {warning.kind for warning in one.warnings})
        yield from (_own_judge(variant.name, kind, count) for kind, count in kinds.items())


def ends_table(found: Findings) -> Table | None:
    """None when no customer was simulated."""
    simulated = found.simulated
    if not simulated:
        return None
    table = Table(title="how the simulated customers ended")
    for title in ("end", *simulated):
        table.add_column(title)
    for row in zip(*(one.ends for one in simulated.values()), strict=True):
        table.add_row(row[0].end, *(str(len(end.keys)) for end in row))
    return table


def faults_line(variant: str, found: SimulatedFinding) -> str:
    """The rate of simulator faults with its interval, and that it is none of the bot's."""
    low, high = (level(value, Unit.SHARE) for value in (found.low, found.high))
    kinds = ", ".join(f"{kind.kind} {len(kind.keys)}" for kind in found.kinds)
    return (
        f"{variant}: {len(found.faults)} of {len(found.played)} conversations ended by a simulator fault, "
        f"{level(found.fault_share, Unit.SHARE)} ({low} to {high}); counted apart, in none of the bot's metrics"
        + (f": {kinds}" if kinds else "")
    )


def _by_baseline(one: BaselineFinding) -> str:
    return f"{baseline_line(one.variant, one.answered, one.calls)} ({_first_line(one.example)})"


def _unjudged(one: UnjudgedFinding) -> str:
    lost = "there are no figures of them" if one.missing else "their conversations do not count in them"
    return (
        f"{one.variant}: the judge left {one.replies} replies of {len(one.keys)} conversations unscored in "
        f"{', '.join(one.metrics)}: {lost} ({_first_line(one.example)})"
    )


def _own_judge(variant: str, kind: str, conversations: int) -> str:
    said = labels("judge_warnings")[kind]["en"]
    return f"beware of the judge's scores of {variant}, {conversations} conversations: {said}"


def _weak_judge(rubrics: Sequence[JudgeFinding]) -> Iterator[str]:
    """One line for all that are no evidence."""
    if weak := [one for one in rubrics if one.problems]:
        names = ", ".join(one.metric for one in weak)
        yield f"the judge {weak[0].model} is no evidence in {names}: {weak[0].problems[0]}"


def _first_line(said: str) -> str:
    return (said.splitlines() or [""])[0]


def _other_data(one: DataDifference) -> str:
    used = "; ".join(f"{each.variant}: {f'{each.name} {each.digest}'.strip() or 'unknown'}" for each in one.used)
    return f"beware: the {one.data} differs between the runs, and what they differ in may come from it ({used})"
