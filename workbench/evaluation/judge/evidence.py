"""Whether a judge's scores may count: only those of a judge that was calibrated and reached the floor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench.evaluation.judge.asking import AGENT
from workbench.evaluation.judge.labelled_set import LABELLED, labelled_digest
from workbench.evaluation.judge.record import (
    REPORTS,
    JudgeCalibration,
    JudgeIdentity,
    identity_of,
    read_calibration,
)
from workbench.evaluation.judge.rubric import JUDGE_SCORERS, Rubric
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.records import CaseResult

_COMMAND = "python -m workbench judge calibrate"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`accepted` scorers may count, with the `calibration` that corrects their rates; `refused` ones never, and why."""

    accepted: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    calibration: JudgeCalibration | None = None


@dataclass(frozen=True, slots=True)
class Calibrations:
    """Where calibrations and the labelled replies lie; the defaults are the repository's own."""

    reports: Path = REPORTS
    labelled: Path = LABELLED

    def state(self) -> str:
        """Changes when a calibration or a labelled reply does."""
        files = sorted([*self.reports.glob("*.json"), *self.labelled.glob("*.yaml")])
        return "|".join(f"{path.name}:{path.stat().st_mtime_ns}" for path in files)

    def evidence(self, results: Iterable[CaseResult]) -> Evidence:
        """About the judge's scores in `results`; nothing when there are none. Raises DatasetError for a broken file."""
        scored: set[str] = set()
        judges: set[JudgeIdentity] = set()
        judged: set[str] = set()
        for result in results:
            scored.update(score.scorer for score in result.scores if score.scorer in JUDGE_SCORERS)
            judges.update(_judges(result))
            judged.update(call.model for turn in result.turns for call in turn.trace.calls)
        if not scored:
            return Evidence()
        names = tuple(name for name in JUDGE_SCORERS if name in scored)
        reason, calibration = self._calibration(judges, judged)
        if calibration is None:
            return Evidence(refused=dict.fromkeys(names, reason))
        rules = read_calibration(identity_of(RULE_JUDGE), self.reports)
        problems = {rubric.scorer: calibration.problems(rubric, rules) for rubric in Rubric}
        return Evidence(
            accepted=tuple(name for name in names if not problems[name]),
            refused={name: f"below the floor: {'; '.join(problems[name])}" for name in names if problems[name]},
            calibration=calibration,
        )

    def _calibration(self, judges: set[JudgeIdentity], judged: set[str]) -> tuple[str, JudgeCalibration | None]:
        """The calibration, or why there is none that counts."""
        if len(judges) != 1:
            names = ", ".join(sorted(judge.name for judge in judges))
            return f"several judges: {names}" if judges else "nothing says which judge this was", None
        (judge,) = judges
        if judge.model in judged and judge.model != OFFLINE_MODEL:
            return f"{judge.model} judged its own replies", None
        found = read_calibration(judge, self.reports)
        if found is None:
            return f"{judge.name} was never calibrated: {_COMMAND}", None
        if found.judge != judge:
            return f"{judge.name}: calibrated with another text of the prompt: {_COMMAND}", None
        if found.labelled != labelled_digest(self.labelled):
            return f"{judge.name}: calibrated on other labelled replies than today's: {_COMMAND}", None
        return "", found


def _judges(result: CaseResult) -> Iterator[JudgeIdentity]:
    for call in result.evaluation_calls:
        if call.agent == AGENT and not call.prompt_id.startswith("judge_pair/"):
            yield JudgeIdentity(model=call.model, prompt=call.prompt_id, prompt_hash=call.prompt_hash)
