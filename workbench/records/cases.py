"""One case as it was played and judged."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bot_core.leads.lead import Lead
from bot_core.messages import BotReply, Frozen, InboundMessage
from bot_core.sessions.state import ConversationState
from bot_core.trace import ModelCall, TurnTrace


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    ERROR = "error"
    """The check itself could not be made: never counted as a wrong answer."""
    UNSCORED = "unscored"
    """Nothing to check in this case: never counted either."""


class Score(Frozen):
    """What one scorer says of one case."""

    scorer: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    """"turn 2: …", one line for each thing that is wrong."""


class JudgeWarning(Frozen):
    """Something that makes a judgement less believable than it looks."""

    kind: str
    """"same_model": the judge is the model that it judges; models prefer their own words."""
    message: str


class LeadRecord(Frozen):
    reference: str
    lead: Lead


class TurnRecord(Frozen):
    """One turn as it was played."""

    messages: tuple[InboundMessage, ...]
    reply: BotReply
    trace: TurnTrace
    state: ConversationState
    """After the turn."""
    leads: tuple[LeadRecord, ...] = ()
    """Requests recorded in this turn."""
    expected_intents: tuple[str, ...] | None = None
    """The exact set that the case expects, in alphabetical order; None when it says nothing of intents."""


class CaseError(Frozen):
    """What stopped a case before its end."""

    kind: str
    """Class of the exception: "StaleCassette", "StoreError", "ValueError"…"""
    message: str


class SimulatedEnd(Frozen):
    """How the conversation of a simulated customer ended. The names are those of evaluation.customers.records."""

    end: str
    """ "goal_reached", "gave_up", "escalated", "max_turns", "simulator_fault" or "error"."""
    goal_reached: bool
    faults: tuple[str, ...] = ()
    """What the simulator did wrong, "invented_fact, turn 3: …": says nothing about the bot."""
    habits: tuple[str, ...] = ()


class CaseResult(Frozen):
    """One case played once, with everything that was said and judged."""

    case_id: str
    why: str
    tags: tuple[str, ...] = ()
    difficulty: str = "medium"
    trial: int = 1
    verdict: Verdict
    scores: tuple[Score, ...] = ()
    turns: tuple[TurnRecord, ...] = ()
    error: CaseError | None = None
    """The turns before it are kept; nothing is scored."""
    seconds: float = 0.0
    evaluation_calls: tuple[ModelCall, ...] = ()
    """Calls by the judge and by a simulated customer's model: their cost is not the bot's."""
    simulated: SimulatedEnd | None = None
    """None for a case with fixed messages."""
    warnings: tuple[JudgeWarning, ...] = ()
    """About the judge of this case."""

    @property
    def bot_usd(self) -> Decimal:
        return sum((turn.trace.cost_usd for turn in self.turns), Decimal(0))

    @property
    def evaluation_usd(self) -> Decimal:
        return sum((call.cost_usd for call in self.evaluation_calls), Decimal(0))

    def score(self, scorer: str) -> Score | None:
        return next((score for score in self.scores if score.scorer == scorer), None)


def overall(scores: tuple[Score, ...]) -> Verdict:
    """The verdict of a whole case: one wrong answer fails it, a check that broke leaves it undecided."""
    verdicts = {score.verdict for score in scores}
    for verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.PASS):
        if verdict in verdicts:
            return verdict
    return Verdict.UNSCORED
