"""Calls that the baseline answered: figures of a model that did not answer must not look like its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot_core.trace import ModelCall
from workbench.evaluation.findings.baseline_records import BaselineFinding
from workbench.evaluation.findings.conversation_records import Key, key_of
from workbench.evaluation.statistics.model_calls import answered_by_baseline, model_calls
from workbench.records import CaseResult


@dataclass(slots=True)
class BaselineCounter:
    """Fed result by result, of one variant."""

    _calls: int = 0
    _answered: int = 0
    _keys: dict[Key, None] = field(default_factory=dict)
    _example: str = ""

    def add(self, result: CaseResult) -> None:
        for call in model_calls(result):
            self._calls += 1
            if answered_by_baseline(call):
                self._answered += 1
                self._keys[key_of(result)] = None
                self._example = self._example or _reason(call)

    def findings(self, variant: str) -> Iterator[BaselineFinding]:
        if self._answered:
            yield BaselineFinding(
                variant=variant,
                answered=self._answered,
                calls=self._calls,
                share=self._answered / self._calls,
                keys=tuple(self._keys),
                example=self._example,
            )


def _reason(call: ModelCall) -> str:
    """The last failure: it is why nobody else of the route was asked any more."""
    failed = [attempt for attempt in call.attempts if attempt.error]
    return f"{failed[-1].error}: {failed[-1].detail or '–'}" if failed else "–"
