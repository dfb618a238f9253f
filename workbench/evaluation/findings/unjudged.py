"""Replies that the judge was to score and did not: a metric that is missing must not look like one nobody wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.evaluation.findings.conversation_records import Key, key_of
from workbench.evaluation.findings.judge_records import UnjudgedFinding
from workbench.evaluation.judge.metrics import unjudged_turns
from workbench.evaluation.judge.rubric import JUDGE_SCORERS
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import CaseResult, Verdict

_SCORED = (Verdict.PASS, Verdict.FAIL)


@dataclass(slots=True)
class _Rubric:
    replies: int = 0
    keys: list[Key] = field(default_factory=list)
    example: str = ""
    scored: bool = False


@dataclass(slots=True)
class UnjudgedCounter:
    """Fed result by result, of one variant."""

    _rubrics: dict[str, _Rubric] = field(default_factory=lambda: {name: _Rubric() for name in JUDGE_SCORERS})

    def add(self, result: CaseResult) -> None:
        for name, rubric in self._rubrics.items():
            score = result.score(name)
            if score is None:
                continue
            rubric.scored |= score.verdict in _SCORED
            if turns := unjudged_turns(score):
                rubric.replies += len(turns)
                rubric.keys.append(key_of(result))
                rubric.example = rubric.example or score.reasons[0].partition(": ")[2]

    def findings(self, variant: str) -> Iterator[UnjudgedFinding]:
        """One call scores a reply by all rubrics, so that one finding names all that a failed judge left open."""
        alike: dict[tuple[tuple[Key, ...], int, bool], list[str]] = {}
        for name, rubric in self._rubrics.items():
            if rubric.replies:
                alike.setdefault((tuple(rubric.keys), rubric.replies, not rubric.scored), []).append(name)
        for (keys, replies, missing), names in alike.items():
            yield UnjudgedFinding(
                metrics=tuple(names),
                labels=tuple(map(metric_label, names)),
                variant=variant,
                replies=replies,
                keys=keys,
                missing=missing,
                example=self._rubrics[names[0]].example,
            )
