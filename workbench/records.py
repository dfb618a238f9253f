"""What an evaluation leaves behind: immutable records, the same in memory, in a run's file and in the database."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from bot_core.leads.lead import Lead
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import BotReply, Frozen, InboundMessage
from bot_core.releases.release import AgentName
from bot_core.sessions.state import ConversationState
from bot_core.trace import TurnTrace


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

    def score(self, scorer: str) -> Score | None:
        return next((score for score in self.scores if score.scorer == scorer), None)


class VariantSpec(Frozen):
    """A candidate configuration: a release with what is changed of it."""

    name: str = Field(min_length=1, max_length=80)
    release_id: str = "offline-base"
    model: ModelSettings | None = None
    """For every agent; None for the release's own."""
    prompts: dict[AgentName, str] = Field(default_factory=dict)
    """Prompt versions in place of the release's: {financing: "financing/v002"}."""
    guardrails: bool | None = None


class RunStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class RunRecord(Frozen):
    """A variant on a split."""

    run_id: str
    experiment_id: str
    experiment_name: str
    position: int = Field(ge=1)
    """1 for variant A of the experiment, 2 for B, …"""
    variant: VariantSpec
    split: str
    dataset_digest: str
    catalog: str
    """Name of the catalogue file."""
    cases: int
    trials: int = 1
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None


class ExperimentRecord(Frozen):
    """Several variants on the same cases, in the order A, B, …"""

    experiment_id: str
    name: str
    split: str
    runs: tuple[RunRecord, ...]
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None


def overall(scores: tuple[Score, ...]) -> Verdict:
    """The verdict of a whole case: one wrong answer fails it, a check that broke leaves it undecided."""
    verdicts = {score.verdict for score in scores}
    for verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.PASS):
        if verdict in verdicts:
            return verdict
    return Verdict.UNSCORED
