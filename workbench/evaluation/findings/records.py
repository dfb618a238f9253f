"""Everything that a page, the command line and a report show of an experiment, as plain immutable values.

Every number stands beside the keys of the conversations that it was counted from. A key is the case's id; further
trials of a case are "case-id#2", "case-id#3", … Amounts of money are USD, times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.evaluation.statistics.metrics import MetricKind, Unit
from workbench.evaluation.statistics.verdicts import Decision, Gap
from workbench.records import CaseResult, Provenance, VariantSpec, Verdict

Key = str


def key_of(result: CaseResult) -> Key:
    return result.case_id if result.trial == 1 else f"{result.case_id}#{result.trial}"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    scorer: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as a person reads it."""

    customer: tuple[str, ...]
    bot: str
    expected_intents: tuple[str, ...] | None
    understood_intents: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    """What they did with drafts, where that was not "accepted"."""
    seconds: float = 0.0
    usd: float = 0.0
    facts: tuple[tuple[str, str], ...] = ()
    """What the reply rested on: (subject, value), each once."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One case played once by one variant, without its traces (the database and the run's file hold those)."""

    key: Key
    case_id: str
    trial: int
    why: str
    tags: tuple[str, ...]
    difficulty: str
    verdict: Verdict
    scores: tuple[ScoreLine, ...]
    turns: tuple[Turn, ...]
    error: str | None = None

    @property
    def failing(self) -> tuple[str, ...]:
        return tuple(score.scorer for score in self.scores if score.verdict is Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class RateFinding:
    """How often a variant passes one scorer ("case": all of them). `low`-`high` is Wilson's 95 % interval of `share`,
    `exact_low`-`exact_high` Clopper and Pearson's. What was not scored is no failure."""

    metric: str
    label: str
    share: float | None
    low: float | None
    high: float | None
    exact_low: float | None
    exact_high: float | None
    passed: tuple[Key, ...]
    failed: tuple[Key, ...]
    broken: tuple[Key, ...]
    """The check itself could not be made."""
    unscored: int


@dataclass(frozen=True, slots=True)
class ReliabilityFinding:
    """pass^k: how likely a conversation goes well k times out of k."""

    k: int
    share: float
    low: float
    high: float
    conversations: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: values from `start` up to, not with, `end`."""

    start: float
    end: float
    count: int
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How one quantity is spread: latencies turn by turn, costs and tokens conversation by conversation.

    The bars of a metric start and end alike in every variant.
    """

    metric: str
    label: str
    unit: Unit
    count: int
    mean: float
    p50: float
    p90: float
    p99: float
    least: float
    most: float
    bars: tuple[Bar, ...]
    highest: tuple[Key, ...]
    """The conversations with the highest values, highest first."""


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """`expected` was wanted and `found` was understood in its place. NONE stands for "nothing more"."""

    expected: str
    found: str
    count: int
    keys: tuple[Key, ...]


NONE = ""


@dataclass(frozen=True, slots=True)
class IntentQuality:
    """`precision` and `recall` are None when there is nothing to divide by."""

    intent: str
    expected: int
    found: int
    right: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Confusion:
    intents: tuple[str, ...]
    """In the order of rows and columns."""
    cells: tuple[ConfusionCell, ...]
    """Only those that were seen."""
    quality: tuple[IntentQuality, ...]
    turns: int

    def cell(self, expected: str, found: str) -> ConfusionCell | None:
        return next((cell for cell in self.cells if (cell.expected, cell.found) == (expected, found)), None)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one scorer that have the same reason but for names and numbers; the largest groups first."""

    scorer: str
    label: str
    reason: str
    """In Spanish, when the table of reasons knows it."""
    count: int
    keys: tuple[Key, ...]
    example: str
    """One reason as the scorer gave it."""


@dataclass(frozen=True, slots=True)
class AgentSetting:
    """One agent of a variant. `prompt_hash` is the text's SHA-256, None when the version is not known any more."""

    agent: str
    prompt: str
    prompt_hash: str | None
    model: str
    settings: dict[str, str]


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What really answered, by the traces: one line for each agent, prompt text and model."""

    agent: str
    prompt: str
    prompt_hash: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float
    fallbacks: int


@dataclass(frozen=True, slots=True)
class VariantFindings:
    name: str
    run_id: str | None
    spec: VariantSpec | None
    conversations: int
    played: int
    """Conversations times their trials."""
    trials: int
    errors: tuple[Key, ...]
    rates: tuple[RateFinding, ...]
    reliability: tuple[ReliabilityFinding, ...]
    distributions: tuple[Distribution, ...]
    confusion: Confusion
    failures: tuple[FailureGroup, ...]
    settings: tuple[AgentSetting, ...]
    used: tuple[ModelUse, ...]
    usd: float
    """Of the bot's calls, all conversations together."""
    evaluation_usd: float
    """Of the judge and the simulated customers."""
    played_conversations: dict[Key, Conversation] = field(repr=False)

    def rate(self, metric: str) -> RateFinding | None:
        return next((rate for rate in self.rates if rate.metric == metric), None)

    def distribution(self, metric: str) -> Distribution | None:
        return next((one for one in self.distributions if one.metric == metric), None)


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """B less A in one metric, paired by conversation, with its verdict. `bootstrap_low`-`bootstrap_high` is the cluster
    bootstrap's interval, a cross-check that decides nothing."""

    metric: str
    label: str
    kind: MetricKind
    unit: Unit
    higher_is_better: bool
    a: float
    b: float
    difference: float
    low: float
    high: float
    bootstrap_low: float
    bootstrap_high: float
    p_value: float
    adjusted_p: float
    method: str
    decision: Decision
    gap: Gap | None
    more_conversations: int | None
    more_usd: float | None
    sentence: str
    conversations: int
    better: tuple[str, ...]
    """Case ids in which B did better."""
    worse: tuple[str, ...]
    left_out: tuple[str, ...]
    """Case ids that only one of the two was scored in."""


@dataclass(frozen=True, slots=True)
class FactDifference:
    """What only A's facts hold and what only B's hold, of one subject in one turn (from 1)."""

    turn: int
    subject: str
    label: str
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]


Span = tuple[int, int]


class FlipKind(StrEnum):
    WON = "won"
    """Only B passes."""
    LOST = "lost"
    """Only A passes."""
    INSIDE = "inside"
    """The whole case has the same verdict in both, but single scorers flipped."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A conversation in which A and B have opposite verdicts, of the whole case or of single scorers.

    `marks_a` and `marks_b` hold, for each turn, where its reply says an amount or a car that the other does not.
    """

    key: Key
    kind: FlipKind
    won_scorers: tuple[str, ...]
    """Fail in A, pass in B."""
    lost_scorers: tuple[str, ...]
    a: Conversation
    b: Conversation
    facts: tuple[FactDifference, ...]
    marks_a: tuple[tuple[Span, ...], ...]
    marks_b: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words. `kind` is "same", "removed" (only in A) or "added" (only in B)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PromptDiff:
    """Word by word, section by section, what B's version of an agent's prompt changes of A's."""

    agent: str
    a: str
    b: str
    a_hash: str
    b_hash: str
    sections: dict[str, tuple[Piece, ...]]
    words_removed: int
    words_added: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A further variant (`candidate`, B) against the first (`baseline`, A)."""

    baseline: str
    candidate: str
    headline: str
    """What is known of the whole case, in Spanish."""
    decision: Decision
    """Of the whole case."""
    proven: tuple[str, ...]
    """One sentence for every metric in which B is better or worse beyond doubt."""
    metrics: tuple[MetricComparison, ...]
    flips: tuple[Flip, ...]
    prompt_diffs: tuple[PromptDiff, ...]

    def of(self, metric: str) -> MetricComparison | None:
        return next((row for row in self.metrics if row.metric == metric), None)


@dataclass(frozen=True, slots=True)
class Findings:
    experiment_id: str
    name: str
    split: str
    started_at: str | None
    """ISO 8601, UTC."""
    status: str
    variants: tuple[VariantFindings, ...]
    comparisons: tuple[Comparison, ...]
    provenance: Provenance | None
    """Of the run; None for one of a version that did not record it."""

    def comparison(self, candidate: str) -> Comparison | None:
        return next((one for one in self.comparisons if one.candidate == candidate), None)
