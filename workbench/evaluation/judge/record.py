"""What a calibration leaves behind: one file for each judge in eval_reports/judge, read by reports and the gate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from bot_core.errors import DatasetError, PromptError
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.messages import Frozen
from bot_core.prompts.library import PromptLibrary
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.judge.asking import judge_prompts
from workbench.evaluation.judge.calibration import FLOOR, Calibration, Floor, Judgements, calibrate
from workbench.evaluation.judge.label import Label
from workbench.evaluation.judge.preference import PreferenceSummary
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.rules import RULES_VERSION, rules_hash
from workbench.records import JudgeSpec, Verdict

REPORTS = PROJECT_ROOT / "eval_reports" / "judge"


class JudgeIdentity(Frozen):
    """Which judge: another text of the prompt is another judge."""

    model: str
    prompt: str
    prompt_hash: str

    @property
    def name(self) -> str:
        """Of its files: "qwen2.5-coder-1.5b.judge-v001"."""
        return f"{self.model.rpartition('/')[2].replace(':', '-')}.{self.prompt.replace('/', '-')}"


class RubricCalibration(Frozen):
    """`held_out` leaves out the defects that the embedded rules were written for."""

    every: Calibration
    held_out: Calibration


class PairCalibration(Frozen):
    """Good replies (B) against the same replies with a defect (A): B should win, in either order."""

    summary: PreferenceSummary
    by_defect: dict[str, tuple[int, int]]
    """Won, of how many."""


class JudgeCalibration(Frozen):
    """A judge against the labelled replies. The floor is not stored: it is held against the figures when they are
    read."""

    judge: JudgeIdentity
    labelled: str
    """Digest of datasets/judge."""
    labels: int
    replies: int
    """That the judge was asked about."""
    labelled_replies: int
    made_on: date
    how: str
    """ "replay", "live" or "rules"."""
    rubrics: dict[Rubric, RubricCalibration]
    pairs: PairCalibration | None = None
    usd: Decimal = Decimal(0)

    def problems(self, rubric: Rubric, rules: JudgeCalibration | None = None, floor: Floor = FLOOR) -> tuple[str, ...]:
        """Why the judge is no evidence in `rubric`; `rules` are the embedded ones, which a model has to beat."""
        found = self.rubrics[rubric]
        if self.judge.model == OFFLINE_MODEL:
            # What the rules were written for, they know: only the rest tells how they judge.
            problems = found.held_out.problems(floor)
            return (f"on defects they were not written for: {'; '.join(problems)}",) if problems else ()
        problems = found.every.problems(floor)
        if rules is not None:
            mine, theirs = found.held_out.kappa.value or 0.0, rules.rubrics[rubric].held_out.kappa.value or 0.0
            if mine <= theirs:
                problems += (f"kappa {mine:.2f} does not beat that of the embedded rules, {theirs:.2f}",)
        return problems


def identity_of(spec: JudgeSpec, prompts: PromptLibrary | None = None) -> JudgeIdentity:
    """Raises PromptError for an unknown prompt."""
    if spec.model.model == OFFLINE_MODEL:
        return JudgeIdentity(model=OFFLINE_MODEL, prompt=RULES_VERSION, prompt_hash=rules_hash())
    template = (prompts or judge_prompts()).get(spec.prompt)
    return JudgeIdentity(model=spec.model.model, prompt=spec.prompt, prompt_hash=template.content_hash)


def rubric_calibrations(labels: Iterable[Label], judgements: Judgements) -> dict[Rubric, RubricCalibration]:
    labels = tuple(labels)
    unseen = tuple(label for label in labels if label.held_out or label.verdict is Verdict.PASS)
    return {
        rubric: RubricCalibration(
            every=calibrate(labels, judgements, rubric), held_out=calibrate(unseen, judgements, rubric)
        )
        for rubric in Rubric
    }


def calibration_path(judge: JudgeIdentity, folder: Path = REPORTS) -> Path:
    return folder / f"{judge.name}.json"


def write_calibration(calibration: JudgeCalibration, folder: Path = REPORTS) -> Path:
    path = calibration_path(calibration.judge, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = calibration.model_dump(mode="json")
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_calibration(judge: JudgeIdentity, folder: Path = REPORTS) -> JudgeCalibration | None:
    """None when this judge was never calibrated. Raises DatasetError for a file that is no calibration."""
    path = calibration_path(judge, folder)
    return _read(path) if path.exists() else None


def calibration_of(spec: JudgeSpec) -> JudgeCalibration | None:
    """That of the judge as it is now: None for one that was never calibrated, and for one whose prompt is gone.

    Raises DatasetError for a file that is no calibration.
    """
    try:
        return read_calibration(identity_of(spec))
    except PromptError:
        return None


def read_calibrations(folder: Path = REPORTS) -> tuple[JudgeCalibration, ...]:
    """All that are kept, the embedded rules first. Raises DatasetError for a file that is no calibration."""
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return tuple(sorted(found, key=lambda one: (one.judge.model != OFFLINE_MODEL, one.judge.name)))


def _read(path: Path) -> JudgeCalibration:
    try:
        return JudgeCalibration.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        hint = "make it again: python -m workbench judge calibrate --write"
        raise DatasetError(f"{path}: no calibration: {error.errors()[0]['msg']}", hint=hint) from error
