"""Results of an evaluation, made without a bot."""

from __future__ import annotations

from datetime import UTC, datetime

from bot_core.messages import BotReply, InboundMessage
from bot_core.sessions.state import ConversationState
from bot_core.trace import ModelCall, TurnTrace, Usage
from workbench.records import (
    CaseResult,
    ExperimentRecord,
    RunRecord,
    RunStatus,
    Score,
    TurnRecord,
    VariantSpec,
    Verdict,
    overall,
)

START = datetime(2026, 11, 24, 16, tzinfo=UTC)


def spoken(text: str = "¡Hola! 👋") -> TurnRecord:
    call = ModelCall(
        agent="greeting",
        purpose="reply",
        prompt_id="greeting/v001",
        prompt_hash="0",
        model="offline",
        usage=Usage(input_tokens=7, output_tokens=3),
    )
    return TurnRecord(
        messages=(InboundMessage(text="hola", message_id="m1", sent_at=START),),
        reply=BotReply(text=text),
        trace=TurnTrace(tracking_id="t1", release_id="offline-base", started_at=START, calls=[call]),
        state=ConversationState(conversation_id="c1", turns=1),
    )


def result(case_id: str, verdict: Verdict = Verdict.PASS, *, trial: int = 1, reason: str = "wrong") -> CaseResult:
    reasons = (reason,) if verdict is Verdict.FAIL else ()
    scores = (
        Score(scorer="intent", verdict=verdict, reasons=reasons),
        Score(scorer="plan", verdict=Verdict.UNSCORED),
    )
    return CaseResult(
        case_id=case_id,
        why="to be stored",
        tags=("typo",),
        trial=trial,
        verdict=overall(scores),
        scores=scores,
        turns=(spoken(),),
        seconds=0.25,
    )


def run(run_id: str = "e1-1", *, position: int = 1, status: RunStatus = RunStatus.FINISHED) -> RunRecord:
    return RunRecord(
        run_id=run_id,
        experiment_id=run_id.partition("-")[0],
        experiment_name="base / exacto",
        position=position,
        variant=VariantSpec(name=f"variant {position}"),
        split="smoke",
        dataset_digest="abc",
        catalog="sample_catalog.csv",
        cases=2,
        status=status,
        started_at=START,
        finished_at=START,
    )


def experiment(*runs: RunRecord, status: RunStatus = RunStatus.FINISHED) -> ExperimentRecord:
    return ExperimentRecord(
        experiment_id=runs[0].experiment_id,
        name="base / exacto",
        split="smoke",
        runs=runs,
        status=status,
        started_at=START,
        finished_at=START,
    )
