"""What is to be thought of the judge whose scores are among the results."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.evaluation.findings.conversation_records import Key


@dataclass(frozen=True, slots=True)
class CorrectedFinding:
    """A judge's pass rate of one variant, and the true rate behind it (Rogan and Gladen), 95 %.

    `share` is None when the judge is too weak, or was never calibrated: then `low`-`high` is all that is possible.
    """

    variant: str
    observed: float
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class JudgeFinding:
    """One rubric of the judge, held against `labelled` replies whose verdicts are known."""

    metric: str
    label: str
    model: str
    prompt: str
    labelled: int
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    sensitivity: float | None
    """Share of good replies that it passes; its 95 % interval is Wilson's."""
    sensitivity_low: float | None
    sensitivity_high: float | None
    specificity: float | None
    """Share of bad replies that it fails."""
    specificity_low: float | None
    specificity_high: float | None
    problems: tuple[str, ...]
    """Why it is no evidence; empty above the floor."""
    corrected: tuple[CorrectedFinding, ...]


@dataclass(frozen=True, slots=True)
class WarningFinding:
    """What makes the judge's scores of some conversations less believable: "same_model", once for each variant."""

    kind: str
    variant: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class UnjudgedFinding:
    """Replies of one variant that the judge failed to score, and in which rubrics. Their conversations, `keys`, are in
    no rate of these; `missing` when nothing else is either, so that the variant has no such rate at all."""

    metrics: tuple[str, ...]
    labels: tuple[str, ...]
    variant: str
    replies: int
    keys: tuple[Key, ...]
    missing: bool
    example: str
    """Why, in the judge's own words: "the judge failed: ModelUnavailable: …"."""
