"""The embedded judge: rules without a model. What a model judge has to beat, not a replacement for one."""

from __future__ import annotations

from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.rubric import Rubric, RubricVerdict
from workbench.records import Verdict


def rule_verdicts(exhibit: Exhibit) -> tuple[RubricVerdict, ...]:
    """One verdict for each rubric; never UNSCORED."""
    del exhibit
    return tuple(RubricVerdict(rubric=rubric, verdict=Verdict.PASS) for rubric in Rubric)
