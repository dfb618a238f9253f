"""What is kept of a variant's results while they pass by, once, on their way to the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workbench.evaluation.findings.baseline import BaselineCounter
from workbench.evaluation.findings.confusion import ConfusionCounter
from workbench.evaluation.findings.conversations import conversation_of
from workbench.evaluation.findings.distributions import Spread
from workbench.evaluation.findings.ends import EndCounter
from workbench.evaluation.findings.failures import FailureCounter
from workbench.evaluation.findings.records import Conversation, Key
from workbench.evaluation.findings.settings import UseCounter
from workbench.evaluation.findings.unjudged import UnjudgedCounter
from workbench.evaluation.statistics.metrics import WHOLE_CASE
from workbench.records import CaseResult, Verdict


@dataclass(slots=True)
class Collected:
    """Of one variant."""

    conversations: dict[Key, Conversation] = field(default_factory=dict)
    confusion: ConfusionCounter = field(default_factory=ConfusionCounter)
    failures: FailureCounter = field(default_factory=FailureCounter)
    spread: Spread = field(default_factory=Spread)
    uses: UseCounter = field(default_factory=UseCounter)
    ends: EndCounter = field(default_factory=EndCounter)
    unjudged: UnjudgedCounter = field(default_factory=UnjudgedCounter)
    baseline: BaselineCounter = field(default_factory=BaselineCounter)
    verdicts: dict[str, dict[Verdict, list[Key]]] = field(default_factory=dict)
    warned: dict[str, list[Key]] = field(default_factory=dict)
    usd: float = 0.0
    evaluation_usd: float = 0.0

    def watching(self, results: Iterable[CaseResult]) -> Iterator[CaseResult]:
        for result in results:
            self._add(result)
            yield result

    def _add(self, result: CaseResult) -> None:
        conversation = conversation_of(result)
        self.conversations[conversation.key] = conversation
        self.confusion.add(conversation)
        self.failures.add(conversation)
        self.spread.add(result)
        self.uses.add(result)
        self.ends.add(result)
        self.unjudged.add(result)
        self.baseline.add(result)
        self._note(WHOLE_CASE, result.verdict, conversation.key)
        for score in result.scores:
            self._note(score.scorer, score.verdict, conversation.key)
        for warning in result.warnings:
            self.warned.setdefault(warning.kind, []).append(conversation.key)
        self.usd += float(result.bot_usd)
        self.evaluation_usd += float(result.evaluation_usd)

    def _note(self, metric: str, verdict: Verdict, key: Key) -> None:
        self.verdicts.setdefault(metric, {}).setdefault(verdict, []).append(key)

    def keys(self, metric: str, verdict: Verdict) -> tuple[Key, ...]:
        return tuple(self.verdicts.get(metric, {}).get(verdict, ()))
