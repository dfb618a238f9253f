"""What two variants are to each other: differences with their verdicts, flips, prompt changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.evaluation.findings.conversation_records import Conversation, Key
from workbench.evaluation.statistics.metrics import MetricKind, Unit
from workbench.evaluation.statistics.verdicts import Decision, Gap


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
    more_for: float | None
    """The difference that they would be needed for."""
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
class PreferenceShare:
    """A part of the pairs that a judge was asked about, with its 95 % interval (Wilson, trials inside conversations);
    `share` is None when there were none. `keys` are the conversations behind it."""

    keys: tuple[Key, ...]
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PreferenceFinding:
    """Which variant's conversations a judge prefers, asked in both orders; an answer that changes with them is a tie.

    It decides nothing: the verdicts rest on what can be checked.
    """

    judge: str
    """The model."""
    candidate: PreferenceShare
    tie: PreferenceShare
    """Flips included."""
    baseline: PreferenceShare
    decided: PreferenceShare
    """How often the candidate won where either did."""
    p_value: float
    """Of the exact sign test over conversations that both win equally often."""
    flips: PreferenceShare
    """How often the answer changed with the order."""
    same: tuple[Key, ...]
    """Both say the same words: nobody was asked."""
    unscored: tuple[Key, ...]
    """The judge failed."""
    left_out: tuple[Key, ...]
    """One of the two did not come to its end."""
    warnings: tuple[str, ...]
    """Why it is weak evidence: "same_model", "uncalibrated", "below_floor"."""
    conversations: int
    """Cases that were looked at, however often each was played."""
    usd: float

    @property
    def usd_per_conversation(self) -> float:
        """All trials of a case together."""
        return self.usd / self.conversations

    @property
    def asked(self) -> int:
        """Pairs that the judge gave an answer about."""
        return len(self.candidate.keys) + len(self.tie.keys) + len(self.baseline.keys)


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
    preferences: PreferenceFinding | None = None
    """None when nobody asked a judge to compare, or it has not begun."""

    def of(self, metric: str) -> MetricComparison | None:
        return next((row for row in self.metrics if row.metric == metric), None)
