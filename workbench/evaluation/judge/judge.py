"""A judge that asks a model: each reply by three rubrics, or two conversations with each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic

from bot_core.errors import ModelError
from bot_core.llm.calls import failed_call, recorded_call
from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMGateway, LLMRequest
from bot_core.prompts.library import PromptLibrary
from bot_core.trace import ModelCall
from workbench.evaluation.judge.asking import AGENT, judge_prompts, pair_request, verdict_request
from workbench.evaluation.judge.exhibit import Exhibit, exhibits
from workbench.evaluation.judge.preference import Preference, Side, as_text, settled
from workbench.evaluation.judge.rubric import JUDGE_SCORERS, JudgeAnswer, Rubric, RubricVerdict
from workbench.evaluation.judge.rules import rule_call, rule_verdicts
from workbench.records import CaseResult, JudgeSpec, JudgeWarning, Score, Verdict

PAIR_PROMPT = "judge_pair/v001"
SAME_MODEL = "same_model"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The scores of a case, one for each rubric, and what they cost."""

    scores: tuple[Score, ...]
    calls: tuple[ModelCall, ...] = ()
    warnings: tuple[JudgeWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedReply:
    """One reply by all rubrics."""

    verdicts: tuple[RubricVerdict, ...]
    calls: tuple[ModelCall, ...] = ()

    def of(self, rubric: Rubric) -> RubricVerdict:
        return next(verdict for verdict in self.verdicts if verdict.rubric is rubric)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Answer]):
    answer: Answer | None
    call: ModelCall
    problem: str = ""


class Judge:
    """Judges with the model and prompt of `spec`; the model "offline" stands for the embedded rules, without any call.

    Raises StaleCassette in a replay that does not hold its calls, and PromptError for an unknown prompt; every failure
    of the model is a verdict UNSCORED with the reason.
    """

    def __init__(self, gateway: LLMGateway, spec: JudgeSpec, prompts: PromptLibrary | None = None) -> None:
        self._gateway = gateway
        self._spec = spec
        library = prompts or judge_prompts()
        self._template = library.get(spec.prompt)
        self._pair_template = library.get(PAIR_PROMPT)

    async def score(self, result: CaseResult) -> Judgement:
        """Every reply of the case is judged; one that fails a rubric fails the case in it."""
        warnings = same_model_warnings(self._spec, [result])
        if result.error or not result.turns:
            reason = "the conversation broke off" if result.error else "nothing was said"
            return Judgement(tuple(_unscored(rubric, reason) for rubric in Rubric), warnings=warnings)
        shown = exhibits(result)
        ids = [f"{turn.trace.tracking_id}.judge" for turn in result.turns]
        judged = await asyncio.gather(*map(self.judge_reply, shown, ids))
        return Judgement(
            scores=tuple(case_score(rubric, judged) for rubric in Rubric),
            calls=tuple(call for reply in judged for call in reply.calls),
            warnings=warnings,
        )

    async def judge_reply(self, exhibit: Exhibit, tracking_id: str) -> JudgedReply:
        """One reply by all rubrics, in one call."""
        if self._spec.model.model == OFFLINE_MODEL:
            return JudgedReply(rule_verdicts(exhibit), (rule_call(),))
        asked = await self._ask(verdict_request(exhibit, self._template, self._spec.model, tracking_id))
        return JudgedReply(tuple(_verdict(rubric, asked) for rubric in Rubric), (asked.call,))

    async def prefer(self, a: CaseResult, b: CaseResult) -> Preference:
        """Which of two conversations of one case serves the customer better; asked in both orders, a flip is a tie."""
        return await self.prefer_text(as_text(a), as_text(b), f"{a.case_id}.{a.trial}.prefer")

    async def prefer_text(self, a: str, b: str, tracking_id: str) -> Preference:
        """As `prefer`, for conversations as text."""
        if self._spec.model.model == OFFLINE_MODEL:
            return Preference(None, problem="the embedded rules do not compare")
        settings = self._spec.model
        forth, back = await asyncio.gather(
            self._ask(pair_request(a, b, self._pair_template, settings, f"{tracking_id}.ab")),
            self._ask(pair_request(b, a, self._pair_template, settings, f"{tracking_id}.ba")),
        )
        calls = (forth.call, back.call)
        if forth.answer is None or back.answer is None:
            return Preference(None, problem=forth.problem or back.problem, calls=calls)
        sides = _SIDES[forth.answer.better], _SIDES[back.answer.better].turned
        return settled(*sides, reasons=(forth.answer.reason, back.answer.reason), calls=calls)

    async def _ask(self, request: LLMRequest[Answer]) -> _Asked[Answer]:
        started = time.perf_counter()
        try:
            response = await self._gateway.complete(request)
        except ModelError as error:
            problem = f"the judge failed: {type(error).__name__}: {error}"
            return _Asked(None, failed_call(request, error, time.perf_counter() - started), problem)
        return _Asked(response.answer, recorded_call(request, response))


_SIDES = {"1": Side.A, "2": Side.B, "ninguna": Side.TIE}


def case_score(rubric: Rubric, judged: Sequence[JudgedReply]) -> Score:
    """One line "turn 2: …" for each reply that fails. A reply that was not judged leaves the case unscored."""
    verdicts = [reply.of(rubric) for reply in judged]
    for verdict, kind in ((Verdict.UNSCORED, Verdict.UNSCORED), (Verdict.FAIL, Verdict.FAIL)):
        lines = tuple(
            f"turn {turn}: {one.reason}" for turn, one in enumerate(verdicts, start=1) if one.verdict is verdict
        )
        if lines:
            return Score(scorer=rubric.scorer, verdict=kind, reasons=lines)
    return Score(scorer=rubric.scorer, verdict=Verdict.PASS)


def with_judgement(result: CaseResult, judgement: Judgement) -> CaseResult:
    """The case with the judge's scores, calls and warnings. Its verdict stays: no opinion of a judge decides if a case
    passes."""
    names = {score.scorer for score in judgement.scores}
    kept = tuple(score for score in result.scores if score.scorer not in names)
    calls = (*result.evaluation_calls, *judgement.calls)
    scores = (*kept, *judgement.scores)
    return result.model_copy(update={"scores": scores, "evaluation_calls": calls, "warnings": judgement.warnings})


def without_judgement(result: CaseResult) -> CaseResult:
    """The case as it was before the judge was asked. Calls that failed and were paid for all the same stay."""
    return result.model_copy(
        update={
            "scores": tuple(score for score in result.scores if score.scorer not in JUDGE_SCORERS),
            "evaluation_calls": tuple(call for call in result.evaluation_calls if not _is_asked_again(call)),
            "warnings": (),
        }
    )


def _is_asked_again(call: ModelCall) -> bool:
    return call.agent == AGENT and not (call.fallback and call.cost_usd)


def same_model_warnings(spec: JudgeSpec, results: Iterable[CaseResult]) -> tuple[JudgeWarning, ...]:
    """One warning when a reply was worded by the very model that judges it."""
    judged = {call.model for result in results for turn in result.turns for call in turn.trace.calls}
    name = spec.model.model
    if name == OFFLINE_MODEL or name not in judged:
        return ()
    message = f"{name} judges its own replies: models prefer their own words, choose another judge"
    return (JudgeWarning(kind=SAME_MODEL, message=message),)


def _verdict(rubric: Rubric, asked: _Asked[JudgeAnswer]) -> RubricVerdict:
    if asked.answer is None:
        return RubricVerdict(rubric=rubric, verdict=Verdict.UNSCORED, reason=asked.problem)
    answer = asked.answer.of(rubric)
    verdict = Verdict.PASS if answer.is_pass else Verdict.FAIL
    return RubricVerdict(rubric=rubric, verdict=verdict, reason=" ".join(answer.reason.split()))


def _unscored(rubric: Rubric, reason: str) -> Score:
    return Score(scorer=rubric.scorer, verdict=Verdict.UNSCORED, reasons=(reason,))
