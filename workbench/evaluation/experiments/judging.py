"""The judge of an experiment: its scores beside the others, its calls beside the bot's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot_core.llm.gateway import LLMGateway
from bot_core.trace import ModelCall
from workbench.evaluation.judge.judge import Judge, with_judgement
from workbench.records import CaseResult, ExperimentSpec


class Judging(Protocol):
    async def judged(self, result: CaseResult) -> tuple[CaseResult, tuple[ModelCall, ...]]:
        """The result with the judge's scores, and the calls that they took. A judge that fails leaves them unscored."""
        ...


@dataclass(frozen=True)
class ModelJudge:
    judge: Judge

    async def judged(self, result: CaseResult) -> tuple[CaseResult, tuple[ModelCall, ...]]:
        judgement = await self.judge.score(result)
        return with_judgement(result, judgement), judgement.calls


def judge_of(spec: ExperimentSpec, gateway: LLMGateway) -> Judging | None:
    """Raises PromptError for an unknown prompt."""
    return ModelJudge(Judge(gateway, spec.judge)) if spec.judge else None
