"""What an evaluation leaves behind: immutable records, the same in memory, in a run's file and in the database."""

from __future__ import annotations

from workbench.records.cases import (
    CaseError,
    CaseResult,
    JudgeWarning,
    LeadRecord,
    Score,
    SimulatedEnd,
    TurnRecord,
    Verdict,
    overall,
)
from workbench.records.progress import (
    ExperimentProgress,
    RunProgress,
)
from workbench.records.runs import (
    MOST_VARIANTS,
    ExperimentRecord,
    ExperimentSpec,
    JudgeSpec,
    Provenance,
    RunAttempt,
    RunRecord,
    RunStatus,
    VariantSpec,
)

__all__ = [
    "MOST_VARIANTS",
    "CaseError",
    "CaseResult",
    "ExperimentProgress",
    "ExperimentRecord",
    "ExperimentSpec",
    "JudgeSpec",
    "JudgeWarning",
    "LeadRecord",
    "Provenance",
    "RunAttempt",
    "RunProgress",
    "RunRecord",
    "RunStatus",
    "Score",
    "SimulatedEnd",
    "TurnRecord",
    "VariantSpec",
    "Verdict",
    "overall",
]
