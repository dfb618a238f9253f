"""What an evaluation leaves behind: immutable records, the same in memory, in a run's file and in the database."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from bot_core.leads.lead import Lead
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import BotReply, Frozen, InboundMessage
from bot_core.releases.release import AgentName
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


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line without control characters is expected")
    return text


OneLine = Annotated[str, AfterValidator(_one_line)]
"""Names are shown in lists and on terminals."""


class VariantSpec(Frozen):
    """A candidate configuration: a release with what is changed of it."""

    name: OneLine = Field(min_length=1, max_length=80)
    release_id: str = "offline-base"
    model: ModelSettings | None = None
    """For every agent; None for the release's own."""
    models: dict[AgentName, ModelSettings] = Field(default_factory=dict)
    """For single agents, in place of `model` and the release's own."""
    prompts: dict[AgentName, str] = Field(default_factory=dict)
    """Prompt versions in place of the release's: {financing: "financing/v002"}."""
    guardrails: bool | None = None


class JudgeSpec(Frozen):
    """Which model judges replies, and by which prompt."""

    model: ModelSettings
    prompt: str = "judge/v001"
    pairwise: bool = False
    """Also set every further variant's conversations against the first one's, in both orders."""


class ExperimentSpec(Frozen):
    """Variants on the same cases: all that is needed to run them."""

    name: OneLine = Field(min_length=1, max_length=200)
    variants: tuple[VariantSpec, ...] = Field(min_length=1, max_length=8)
    split: str = "smoke"
    case_ids: tuple[str, ...] = ()
    """Only these cases of the split; all of it when empty."""
    personas: tuple[str, ...] = ()
    """Ids of simulated customers, played in place of the split's cases; a trial is a seed."""
    trials: int = Field(default=1, ge=1, le=50)
    concurrency: int = Field(default=8, ge=1, le=256)
    """Cases at once."""
    budget_usd: Decimal | None = Field(default=None, gt=0)
    """Bot, simulated customers and judge together never cost more; None for no cap."""
    judge: JudgeSpec | None = None
    customer: ModelSettings | None = None
    """The model that plays the simulated customers; None for the embedded rules, which are no model of its own."""
    replay: bool = False
    """Model calls are answered from the committed cassettes: no socket, no cost."""
    catalog_path: str | None = None
    """Another catalogue than that of the settings."""
    dataset_path: str | None = None
    """Folder of case files; None for the shipped ones."""

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [variant.name for variant in self.variants]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"variants: two are named {twice!r}")
        return self


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its process died; it can be resumed."""
    OVER_BUDGET = "over_budget"
    """The next call might have cost more than was left; it can be resumed with a larger budget."""


class Provenance(Frozen):
    """What it takes to get the same numbers again; recorded when a run starts."""

    git_commit: str | None = None
    """Seven hexadecimal digits or more, with "+" behind them when files differed from the commit; None without git."""
    package: str = ""
    """Version of this package."""
    python: str = ""
    libraries: dict[str, str] = Field(default_factory=dict)
    hashes: dict[str, str] = Field(default_factory=dict)
    """Of "dataset", "catalog" and "knowledge": 12 hexadecimal digits each."""


class RunAttempt(Frozen):
    """An earlier file of a run. The cases in it that ended in an error were played again, those that a judge failed to
    judge were judged again, all others were kept."""

    file: str
    """In the experiment's folder; it never changes."""
    finished_at: datetime | None
    errors: int
    unjudged: int = 0


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
    provenance: Provenance | None = None
    earlier: tuple[RunAttempt, ...] = ()
    """Oldest first; empty for a run whose errors were never played again."""


class ExperimentRecord(Frozen):
    """Several variants on the same cases, in the order A, B, …"""

    experiment_id: str
    name: str
    split: str
    runs: tuple[RunRecord, ...]
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None


class RunProgress(Frozen):
    """How far one variant is; errors and unscored cases are in `done`."""

    run_id: str
    variant: str
    done: int = 0
    total: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    unscored: int = 0
    """Nothing could be judged of them: a simulated customer's own fault, for instance."""
    unjudged: int = 0
    """Replies that the judge left without a score, because it failed."""
    model_calls: int = 0
    """Of the bot, to its models."""
    baseline_calls: int = 0
    """Those of them that the embedded baseline answered, for whatever reason."""
    ends: dict[str, int] = Field(default_factory=dict)
    """How the conversations of simulated customers ended; the names are those of `SimulatedEnd.end`."""
    usd: Decimal = Decimal(0)
    """Paid for bot, simulated customers and judge."""


class ExperimentProgress(Frozen):
    experiment_id: str
    name: str
    status: RunStatus
    runs: tuple[RunProgress, ...]
    pairs_done: int = 0
    pairs_total: int = 0
    """Pairs of conversations that the judge compares once all runs are played; 0 when nobody asked for them."""
    usd_spent: Decimal = Decimal(0)
    usd_reserved: Decimal = Decimal(0)
    """What the calls under way may still cost at most."""
    budget_usd: Decimal | None = None
    seconds_left: float | None = None
    """None when nothing can be told yet, or nothing is under way."""
    problem: str | None = None
    """Why it failed, in one line."""

    @property
    def done(self) -> int:
        return sum(run.done for run in self.runs)

    @property
    def total(self) -> int:
        return sum(run.total for run in self.runs)


def overall(scores: tuple[Score, ...]) -> Verdict:
    """The verdict of a whole case: one wrong answer fails it, a check that broke leaves it undecided."""
    verdicts = {score.verdict for score in scores}
    for verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.PASS):
        if verdict in verdicts:
            return verdict
    return Verdict.UNSCORED
