"""Everything that a page, the command line and a report show of an experiment, as plain immutable values.

Every number stands beside the keys of the conversations that it was counted from. A key is the case's id; further
trials of a case are "case-id#2", "case-id#3", … Amounts of money are USD, times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.evaluation.findings.baseline_records import BaselineFinding
from workbench.evaluation.findings.comparison_records import (
    Comparison,
    FactDifference,
    Flip,
    FlipKind,
    MetricComparison,
    Piece,
    PreferenceFinding,
    PreferenceShare,
    PromptDiff,
    Span,
)
from workbench.evaluation.findings.conversation_records import Conversation, Key, ScoreLine, Turn, key_of
from workbench.evaluation.findings.judge_records import (
    CorrectedFinding,
    JudgeFinding,
    UnjudgedFinding,
    WarningFinding,
)
from workbench.evaluation.findings.origin_records import DataDifference, DataUsed, Origin
from workbench.evaluation.findings.simulated_records import EndCount, FaultCount, SimulatedFinding
from workbench.evaluation.statistics.metrics import Unit
from workbench.records import RunAttempt, VariantSpec

__all__ = [
    "NONE",
    "AgentSetting",
    "Bar",
    "BaselineFinding",
    "Comparison",
    "Confusion",
    "ConfusionCell",
    "Conversation",
    "CorrectedFinding",
    "DataDifference",
    "DataUsed",
    "Distribution",
    "EndCount",
    "FactDifference",
    "FailureGroup",
    "FaultCount",
    "Findings",
    "Flip",
    "FlipKind",
    "IntentQuality",
    "JudgeFinding",
    "Key",
    "MetricComparison",
    "ModelUse",
    "Origin",
    "Piece",
    "PreferenceFinding",
    "PreferenceShare",
    "PromptDiff",
    "RateFinding",
    "ReliabilityFinding",
    "ScoreLine",
    "SimulatedFinding",
    "Span",
    "Turn",
    "UnjudgedFinding",
    "VariantFindings",
    "WarningFinding",
    "key_of",
]


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
    earlier: tuple[RunAttempt, ...]
    """Attempts whose errors were played again."""
    simulated: SimulatedFinding | None
    """None when its customers wrote fixed messages."""
    played_conversations: dict[Key, Conversation] = field(repr=False)

    @property
    def is_scored(self) -> bool:
        """Something was right or wrong: without it, no failure means nothing."""
        return any(rate.passed or rate.failed for rate in self.rates)

    def rate(self, metric: str) -> RateFinding | None:
        return next((rate for rate in self.rates if rate.metric == metric), None)

    def distribution(self, metric: str) -> Distribution | None:
        return next((one for one in self.distributions if one.metric == metric), None)


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
    origins: tuple[Origin, ...]
    """What the runs were made with; empty for those of a version that did not record it."""
    data_differences: tuple[DataDifference, ...] = ()
    """Only between runs of two experiments."""
    judge: tuple[JudgeFinding, ...] = ()
    """Empty without a judge."""
    judge_warnings: tuple[WarningFinding, ...] = ()
    by_baseline: tuple[BaselineFinding, ...] = ()
    """Of the variants with model calls that the embedded baseline answered."""
    unjudged: tuple[UnjudgedFinding, ...] = ()
    """By variant and rubric, where the judge failed."""

    @property
    def simulated(self) -> dict[str, SimulatedFinding]:
        """Of the variants whose customers were simulated, by name."""
        return {variant.name: variant.simulated for variant in self.variants if variant.simulated}

    @property
    def uncompared(self) -> tuple[str, ...]:
        """Further variants that have no conversation in common with the first one."""
        return tuple(one.name for one in self.variants[1:] if self.comparison(one.name) is None)

    def comparison(self, candidate: str) -> Comparison | None:
        return next((one for one in self.comparisons if one.candidate == candidate), None)
