"""Failures counted by scorer and reason, so that the commonest fault is read first."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.evaluation.findings.reasons import reason_group
from workbench.evaluation.findings.records import Conversation, FailureGroup
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import Verdict

BROKEN = "error"
"""Group of conversations that stopped before their end; they are no wrong answers."""


@dataclass(slots=True)
class FailureCounter:
    """Fed conversation by conversation."""

    _groups: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def add(self, conversation: Conversation) -> None:
        for score in conversation.scores:
            if score.verdict is Verdict.FAIL:
                for reason in score.reasons:
                    self._note(score.scorer, reason_group(reason), conversation.key, reason)
        if conversation.error:
            kind, _, message = conversation.error.partition(": ")
            self._note(BROKEN, kind, conversation.key, message)

    def groups(self) -> tuple[FailureGroup, ...]:
        """A conversation counts once in a group, however often its reason is given."""
        rows = [
            FailureGroup(
                scorer=scorer,
                label=metric_label(scorer),
                reason=reason,
                count=len(examples),
                keys=tuple(examples),
                example=next(iter(examples.values())),
            )
            for (scorer, reason), examples in self._groups.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.count, row.scorer, row.reason)))

    def _note(self, scorer: str, reason: str, key: str, example: str) -> None:
        self._groups.setdefault((scorer, reason), {}).setdefault(key, example)
