"""The wishes of a message while they are gathered: findings go to the wish that they belong to."""

from __future__ import annotations

from bot_core.intents import Intent
from bot_core.offline.findings import Finding


class WishBook:
    """One wish for each intent, except questions about Kavak: each is a wish of its own."""

    def __init__(self) -> None:
        self._wishes: list[tuple[Intent, int, list[Finding]]] = []

    def open(self, intent: Intent, place: int, *, anew: bool = False) -> list[Finding]:
        """The findings of `intent`'s latest wish; one that starts at `place` when there was none or with `anew`."""
        own = [findings for known, _, findings in self._wishes if known is intent]
        if own and not anew:
            return own[-1]
        findings: list[Finding] = []
        self._wishes.append((intent, place, findings))
        return findings

    def add(self, intent: Intent, finding: Finding) -> None:
        self.open(intent, finding.start).append(finding)

    def holds(self, *intents: Intent) -> bool:
        return any(known in intents for known, _, _ in self._wishes)

    def in_order(self) -> list[tuple[Intent, list[Finding]]]:
        return [(intent, findings) for intent, _, findings in sorted(self._wishes, key=lambda wish: wish[1])]

    @property
    def is_empty(self) -> bool:
        return not self._wishes
