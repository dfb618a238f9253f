"""Results with facts, intents and model calls, as findings and reports are made of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot_core.facts.facts import Facts, FinancingFacts
from bot_core.financing.plan import Plan, Quote
from bot_core.intents import Intent, IntentDetail
from bot_core.trace import Attempt, ModelCall, Usage
from tests.fakes.played import searched, turn
from tests.fakes.results import START
from workbench.evaluation.findings.conversations import conversation_of
from workbench.evaluation.findings.records import Conversation
from workbench.records import (
    CaseError,
    CaseResult,
    ExperimentRecord,
    ExperimentSpec,
    Provenance,
    RunProgress,
    RunRecord,
    RunStatus,
    Score,
    SimulatedEnd,
    TurnRecord,
    VariantSpec,
    Verdict,
    overall,
)
from workbench.storage.experiment_files import DamagedExperiment, ExperimentFiles, ExperimentFolder
from workbench.storage.preference_files import PairOutcome, PreferenceRecord, PreferencesHeader, write_preferences
from workbench.storage.run_files import write_run

P, F = Verdict.PASS, Verdict.FAIL


def played(
    case_id: str = "a-case",
    *turns: TurnRecord,
    trial: int = 1,
    error: str | None = None,
    **verdicts: Verdict | tuple[str, ...],
) -> CaseResult:
    """`intent=P` passes; `plan=("turn 1: …",)` fails for these reasons."""
    scores = tuple(
        Score(scorer=name, verdict=F, reasons=said) if isinstance(said, tuple) else Score(scorer=name, verdict=said)
        for name, said in verdicts.items()
    )
    return CaseResult(
        case_id=case_id,
        why="for the findings",
        tags=("typo",),
        trial=trial,
        verdict=Verdict.ERROR if error else overall(scores),
        scores=scores,
        turns=turns or (turn("¡Hola!"),),
        error=CaseError(kind="ModelTimeout", message=error) if error else None,
    )


def understood(*intents: str, expected: Sequence[str] | None = None, text: str = "ok") -> TurnRecord:
    details = [IntentDetail(intent=Intent(name)) for name in intents]
    return turn(text, intents=details).model_copy(
        update={"expected_intents": None if expected is None else tuple(sorted(expected))}
    )


def financed(monthly: str, down_payment: str = "50000") -> FinancingFacts:
    quote = Quote(
        price=Decimal(250_000),
        down_payment=Decimal(down_payment),
        loan=Decimal(250_000) - Decimal(down_payment),
        plans=(Plan(term_months=48, monthly=Decimal(monthly)),),
        minimum_down_payment=Decimal(25_000),
    )
    return FinancingFacts(quotes=(quote,))


def called(record: TurnRecord, *, seconds: float = 0.5, usd: str = "0.001", **more: Any) -> TurnRecord:
    call = ModelCall(
        agent="financing",
        purpose="reply",
        prompt_id=more.pop("prompt_id", "financing/v001"),
        prompt_hash="0" * 64,
        model="openai/x",
        usage=Usage(input_tokens=100, output_tokens=20),
        cost_usd=Decimal(usd),
        seconds=seconds,
    )
    trace = record.trace.model_copy(update={"calls": [call], "total_seconds": seconds, "model_seconds": seconds} | more)
    return record.model_copy(update={"trace": trace})


def by_baseline(result: CaseResult, detail: str = "no JSON") -> CaseResult:
    """The same, though the baseline answered all calls in the model's name."""
    attempts = [Attempt(model="openai/x", error="ModelInvalidAnswer", detail=detail), Attempt(model="offline")]
    change = {"model": "offline", "fallback": True, "attempts": attempts}
    turns = []
    for record in result.turns:
        calls = [call.model_copy(update=change) for call in record.trace.calls]
        turns.append(record.model_copy(update={"trace": record.trace.model_copy(update={"calls": calls})}))
    return result.model_copy(update={"turns": tuple(turns)})


def simulated(persona: str, end: str, *faults: str, trial: int = 1, usd: str = "0") -> CaseResult:
    """A conversation of a simulated customer whose model was paid `usd`; "invented_fact" is a fault's kind."""
    at_fault = end == "simulator_fault"
    verdict = Verdict.UNSCORED if at_fault else P if end == "goal_reached" else F
    reasons = ("turn 1: gave_up",) if verdict is F else ()
    result = played(f"simulated-{persona}", called(turn("¡Hola!")), trial=trial)
    return result.model_copy(
        update={
            "verdict": verdict,
            "scores": (Score(scorer="goal", verdict=verdict, reasons=reasons),),
            "simulated": SimulatedEnd(
                end=end,
                goal_reached=end == "goal_reached",
                faults=tuple(f"{kind}, turn 1: because" for kind in faults),
            ),
            "evaluation_calls": (_call("customer", usd),) if Decimal(usd) else (),
        }
    )


def judged(result: CaseResult, *failed_turns: int, rubric: str = "judge_tone", usd: str = "0") -> CaseResult:
    """With a judge's score: a pass, or nothing where it failed about the replies of these turns."""
    reasons = tuple(f"turn {turn}: the judge failed: ModelUnavailable: no answer" for turn in failed_turns)
    score = Score(scorer=rubric, verdict=Verdict.UNSCORED if failed_turns else P, reasons=reasons)
    calls = (_call("judge", usd),) if Decimal(usd) else ()
    return result.model_copy(update={"scores": (*result.scores, score), "evaluation_calls": calls})


def _call(agent: str, usd: str) -> ModelCall:
    return ModelCall(
        agent=agent,
        purpose="reply",
        prompt_id=f"{agent}/v001",
        prompt_hash="0" * 64,
        model=f"openai/{agent}",
        usage=Usage(input_tokens=50, output_tokens=10),
        cost_usd=Decimal(usd),
    )


class Make:
    """What a test of findings is written with."""

    played = staticmethod(played)
    understood = staticmethod(understood)
    financed = staticmethod(financed)
    called = staticmethod(called)
    searched = staticmethod(searched)
    turn = staticmethod(turn)
    simulated = staticmethod(simulated)
    judged = staticmethod(judged)

    @staticmethod
    def said(text: str, *facts: Facts) -> Conversation:
        return conversation_of(played("a-case", turn(text, *facts), intent=P))


WRONG_PLAN = ("turn 1: 48 months: 5000, expected 6000",)


def plans(wrong: Sequence[int], monthly: str, intents: Sequence[int] = (), cases: int = 20) -> list[CaseResult]:
    """One-turn cases that quote `monthly`; `wrong` fail the plan, `intents` the intent."""
    return [
        played(
            f"case-{number:02}",
            called(turn(f"Pagas ${monthly} a 48 meses", financed(monthly))),
            plan=WRONG_PLAN if number in wrong else P,
            intent=("turn 1: expected sales; understood greeting",) if number in intents else P,
        )
        for number in range(cases)
    ]


def stored(
    files: ExperimentFiles,
    experiment_id: str,
    *runs: Sequence[CaseResult],
    replay: bool = False,
    provenance: Provenance | None = None,
) -> ExperimentFolder:
    """An experiment that is over, with one run for each list of results."""
    variants = tuple(VariantSpec(name=f"variante {number}") for number, _ in enumerate(runs, start=1))
    folder = files.create(ExperimentSpec(name=experiment_id, variants=variants, replay=replay), experiment_id)
    records = tuple(
        RunRecord(
            run_id=run_id,
            experiment_id=experiment_id,
            experiment_name=experiment_id,
            position=position,
            variant=variant,
            split="smoke",
            dataset_digest=provenance.hashes["dataset"] if provenance else "abc",
            catalog="sample_catalog.csv",
            cases=20,
            status=RunStatus.FINISHED,
            started_at=START,
            provenance=provenance,
        )
        for position, (run_id, variant) in enumerate(zip(folder.run_ids(), variants, strict=True), start=1)
    )
    for record, results in zip(records, runs, strict=True):
        write_run(folder.run_path(record.run_id), record, results)
    folder.write_record(
        ExperimentRecord(
            experiment_id=experiment_id,
            name=experiment_id,
            split="smoke",
            runs=records,
            status=RunStatus.FINISHED,
            started_at=START,
        )
    )
    done = tuple(
        RunProgress(run_id=record.run_id, variant=record.variant.name, done=len(results), total=len(results))
        for record, results in zip(records, runs, strict=True)
    )
    folder.write_progress(folder.progress().model_copy(update={"status": RunStatus.FINISHED, "runs": done}))
    return folder


def preference(
    case_id: str, outcome: PairOutcome, *, trial: int = 1, flipped: bool = False, same: bool = False
) -> PreferenceRecord:
    """Of a pair that cost 0.0005 USD, unless nobody was asked."""
    call = ModelCall(
        agent="judge",
        purpose="reply",
        prompt_id="judge_pair/v001",
        prompt_hash="0" * 64,
        model="openai/judge",
        usage=Usage(input_tokens=300, output_tokens=20),
        cost_usd=Decimal("0.00025"),
    )
    nobody = same or outcome is PairOutcome.LEFT_OUT
    return PreferenceRecord(
        case_id=case_id,
        trial=trial,
        outcome=outcome,
        flipped=flipped,
        same=same,
        reasons=() if nobody else ("es clara", "es más clara"),
        problem="the judge failed: ModelTimeout" if outcome is PairOutcome.UNSCORED else "",
        calls=() if nobody else (call, call),
    )


def preferred(folder: ExperimentFolder, run_id: str, outcomes: Sequence[PairOutcome | PreferenceRecord]) -> None:
    """File what a judge preferred: case-00, case-01, … of `run_id` against the first run."""
    records = [
        one if isinstance(one, PreferenceRecord) else preference(f"case-{number:02}", one)
        for number, one in enumerate(outcomes)
    ]
    header = PreferencesHeader(
        experiment_id=folder.experiment_id,
        baseline_run=folder.run_ids()[0],
        candidate_run=run_id,
        judge="openai/judge",
        prompt="judge_pair/v001",
        prompt_hash="0" * 64,
    )
    write_preferences(folder.preferences_path(run_id), header, records)


def none_left_out(damaged: DamagedExperiment) -> None:
    """For databases that must have every experiment."""
    raise AssertionError(damaged)
