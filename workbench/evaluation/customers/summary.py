"""What a set of simulated conversations says of the bot, and apart from it, of the simulator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot_core.messages import Language
from workbench.evaluation.customers.records import End, FaultKind, Habit, SimulatedConversation
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.expectations import Expectation
from workbench.evaluation.dataset.personas import Persona
from workbench.evaluation.scorers.base import ScoringContext
from workbench.evaluation.scorers.table import score
from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import RateEstimate, rate_of
from workbench.records import CaseResult, Score, SimulatedEnd, Verdict, overall

GOAL = "goal"
"""Name of the scorer that says whether a simulated customer got what they wanted."""
_NOT_THE_BOTS = (End.SIMULATOR_FAULT, End.ERROR)


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """Rates over personas, their seeds inside; 95 % intervals. None when nothing counts."""

    conversations: int
    ends: Mapping[End, int]
    goal: RateEstimate | None
    """Goals reached, of the conversations that tell something about the bot: without simulator faults and errors."""
    simulator_faults: RateEstimate | None
    """Of all conversations."""
    faults: Mapping[FaultKind, int]
    habits: Mapping[Habit, int]
    dropped_duplicates: int
    simulator_usd: float


def summarise(conversations: Sequence[SimulatedConversation]) -> SimulationSummary:
    ends = Counter(conversation.end for conversation in conversations)
    fair = [conversation for conversation in conversations if conversation.end not in _NOT_THE_BOTS]
    return SimulationSummary(
        conversations=len(conversations),
        ends={end: ends[end] for end in End},
        goal=_rate(fair, lambda conversation: conversation.goal_reached),
        simulator_faults=_rate(conversations, lambda conversation: conversation.end is End.SIMULATOR_FAULT),
        faults=dict(Counter(fault.kind for conversation in conversations for fault in conversation.faults)),
        habits=dict(Counter(habit for conversation in conversations for habit in conversation.habits)),
        dropped_duplicates=sum(conversation.dropped_duplicates for conversation in conversations),
        simulator_usd=sum(conversation.simulator_usd for conversation in conversations),
    )


def as_case_result(
    conversation: SimulatedConversation, persona: Persona, context: ScoringContext, *, trial: int
) -> CaseResult:
    """For the run's file, the database and the comparison of variants: the goal, and every check that needs no
    expectation (grounding, language, formatting, length). A simulator's fault leaves the conversation unscored.
    """
    scores = () if conversation.error else (_goal(conversation), *_general(conversation, persona, context))
    at_fault = conversation.end is End.SIMULATOR_FAULT
    verdict = Verdict.ERROR if conversation.error else Verdict.UNSCORED if at_fault else overall(scores)
    return CaseResult(
        case_id=_case_id(persona),
        why=persona.goal.text,
        trial=trial,
        verdict=verdict,
        scores=scores,
        turns=conversation.turns,
        error=conversation.error,
        seconds=conversation.seconds,
        simulated=_end(conversation),
    )


def _end(conversation: SimulatedConversation) -> SimulatedEnd:
    return SimulatedEnd(
        end=conversation.end.value,
        goal_reached=conversation.goal_reached,
        faults=tuple(f"{fault.kind.value}, turn {fault.turn}: {fault.detail}" for fault in conversation.faults),
        habits=tuple(habit.value for habit in conversation.habits),
    )


def _goal(conversation: SimulatedConversation) -> Score:
    if conversation.end is End.SIMULATOR_FAULT:
        return Score(scorer=GOAL, verdict=Verdict.UNSCORED, reasons=tuple(f.detail for f in conversation.faults))
    if conversation.goal_reached:
        return Score(scorer=GOAL, verdict=Verdict.PASS)
    reason = f"turn {len(conversation.turns)}: {conversation.end.value}"
    return Score(scorer=GOAL, verdict=Verdict.FAIL, reasons=(reason,))


def _general(conversation: SimulatedConversation, persona: Persona, context: ScoringContext) -> Iterable[Score]:
    if conversation.end is End.SIMULATOR_FAULT or not conversation.turns:
        return ()
    expect = Expectation(language=Language.ENGLISH) if persona.style.language is Language.ENGLISH else Expectation()
    rows = [
        {"say": "simulated", "expect": expect if number == 0 else Expectation()}
        for number in range(len(conversation.turns))
    ]
    case = Case.model_validate({"id": _case_id(persona), "why": persona.goal.text, "turns": rows})
    return (one for one in score(case, conversation.turns, context) if one.verdict is not Verdict.UNSCORED)


def _case_id(persona: Persona) -> str:
    return f"simulated-{persona.id}"


def _rate(
    conversations: Sequence[SimulatedConversation], holds: Callable[[SimulatedConversation], bool]
) -> RateEstimate | None:
    totals: dict[str, Observed] = {}
    for conversation in conversations:
        before = totals.get(conversation.persona_id, Observed(0.0, 0))
        totals[conversation.persona_id] = Observed(before.total + holds(conversation), before.count + 1)
    return rate_of(totals.values())
