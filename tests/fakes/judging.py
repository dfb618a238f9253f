"""Judges and conversations for tests: what a judge's model says is written down by the test."""

from __future__ import annotations

from bot_core.llm.gateway import ModelSettings
from bot_core.messages import BotReply, InboundMessage
from bot_core.trace import ModelCall
from tests.fakes.results import result, spoken
from workbench.evaluation.judge.label import Label
from workbench.evaluation.judge.rubric import JudgeAnswer, PairAnswer, Rubric, RubricAnswer
from workbench.records import CaseResult, JudgeSpec, TurnRecord, Verdict

JUDGE = JudgeSpec(model=ModelSettings(model="openai/judge-1"))


def answer(*failing: Rubric, reason: str = "por algo") -> JudgeAnswer:
    """Passes every rubric but those named."""
    each = {
        rubric.value: RubricAnswer(reason=reason, verdict="mal" if rubric in failing else "bien") for rubric in Rubric
    }
    return JudgeAnswer.model_validate(each)


def better(which: str, reason: str = "es más clara") -> PairAnswer:
    return PairAnswer.model_validate({"reason": reason, "better": which})


def said(customer: str, reply: str, *, turn: int = 1, model: str = "offline") -> TurnRecord:
    record = spoken(reply)
    calls = [call.model_copy(update={"model": model}) for call in record.trace.calls]
    return record.model_copy(
        update={
            "messages": (InboundMessage(text=customer),),
            "reply": BotReply(text=reply),
            "trace": record.trace.model_copy(update={"tracking_id": f"t{turn}", "calls": calls}),
        }
    )


def talk(*turns: TurnRecord, case_id: str = "c") -> CaseResult:
    return result(case_id).model_copy(update={"turns": turns})


def judge_call(model: str = "openai/judge-1", prompt: str = "judge/v001", prompt_hash: str = "0") -> ModelCall:
    return ModelCall(agent="judge", purpose="reply", prompt_id=prompt, prompt_hash=prompt_hash, model=model)


def label(reply_id: str, verdict: Verdict, *, annotator: str = "ana", rubric: Rubric = Rubric.TONE) -> Label:
    exhibit = {"customer": "hola", "reply": f"respuesta {reply_id}"}
    return Label.model_validate(
        {
            "reply_id": reply_id,
            "exhibit": exhibit,
            "rubric": rubric,
            "verdict": verdict,
            "annotator": annotator,
            "how": "read in a test",
        }
    )
