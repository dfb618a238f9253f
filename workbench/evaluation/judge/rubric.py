"""What is judged of a reply, and the answer that is asked of a judge."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from workbench.records import Verdict

_SHORT: dict[str, JsonValue] = {"maxLength": 50}
"""Characters. Only asked for: a longer reason is no wrong answer, but each token of it costs time."""


class Rubric(StrEnum):
    HELPFULNESS = "helpfulness"
    """It answers what was asked with what the facts hold, invents nothing and promises nothing."""
    TONE = "tone"
    """Friendly Mexican Spanish (or the customer's language), brief, formatted as WhatsApp shows it."""
    COMPLETENESS = "completeness"
    """Nothing that was asked is left out, and the customer knows how to go on."""

    @property
    def scorer(self) -> str:
        """The name of its scores: "judge_helpfulness"."""
        return f"judge_{self.value}"


JUDGE_SCORERS = tuple(rubric.scorer for rubric in Rubric)


class RubricAnswer(BaseModel):
    """The reason comes first: a verdict that is written before its reason is a guess."""

    reason: str = Field(json_schema_extra=_SHORT)
    verdict: Literal["bien", "mal"]

    @property
    def is_pass(self) -> bool:
        return self.verdict == "bien"


class JudgeAnswer(BaseModel):
    """What the model is asked for: one reply by all rubrics."""

    helpfulness: RubricAnswer
    tone: RubricAnswer
    completeness: RubricAnswer

    def of(self, rubric: Rubric) -> RubricAnswer:
        answer: RubricAnswer = getattr(self, rubric.value)
        return answer


class RubricVerdict(BaseModel):
    """One reply by one rubric. `reason` is the judge's, or says why it could not judge (UNSCORED)."""

    rubric: Rubric
    verdict: Verdict
    reason: str = ""


class PairAnswer(BaseModel):
    """What the model is asked for when it compares: "1" or "2" is the better one, "ninguna" a tie."""

    reason: str = Field(json_schema_extra=_SHORT)
    better: Literal["1", "2", "ninguna"]
