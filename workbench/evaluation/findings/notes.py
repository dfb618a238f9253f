"""What a reader of the figures has to know before believing them, each in a sentence or two of the language that is
read now. The texts are in labels.yaml."""

from __future__ import annotations

from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import (
    BaselineFinding,
    DataDifference,
    DataUsed,
    Findings,
    SimulatedFinding,
    UnjudgedFinding,
)
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level, metric_label
from workbench.texts.texts import filled


def faults_note(variant: str, found: SimulatedFinding) -> str:
    """How often it was the simulator's own fault, and that it is counted apart."""
    return label("notes", "faults").format(variant=f"«{variant}»", **faults_figures(found))


def faults_figures(found: SimulatedFinding) -> dict[str, str | int]:
    """The numbers of a sentence about the simulator's faults, as people read them."""
    return {
        "faults": len(found.faults),
        "played": len(found.played),
        "share": level(found.fault_share, Unit.SHARE),
        "low": level(found.low, Unit.SHARE),
        "high": level(found.high, Unit.SHARE),
    }


def unjudged_note(found: UnjudgedFinding) -> str:
    return filled(
        label("notes", "unjudged_missing" if found.missing else "unjudged"),
        replies=found.replies,
        variant=f"«{found.variant}»",
        metrics=", ".join(map(metric_label, found.metrics)),
        conversations=len(found.keys),
        example=found.example,
    )


def baseline_note(found: BaselineFinding) -> str:
    return filled(
        label("notes", "by_baseline"),
        variant=f"«{found.variant}»",
        share=level(found.share, Unit.SHARE),
        answered=found.answered,
        calls=found.calls,
        conversations=len(found.keys),
        example=found.example,
    )


def uncompared_note(variant: str, findings: Findings) -> str:
    return label("notes", "uncompared").format(variant=f"«{variant}»", baseline=f"«{findings.variants[0].name}»")


def data_note(found: DataDifference) -> str:
    used = "; ".join(f"«{one.variant}»: {_digest(one)}" for one in found.used)
    return label("notes", "other_data").format(label=label("data", found.data), used=used)


def _digest(one: DataUsed) -> str:
    return " ".join(part for part in (one.name, one.digest) if part) or "?"
