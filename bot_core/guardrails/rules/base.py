"""What a rule is: one function from a reply with its facts to findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bot_core.guardrails.inspection import Inspection
from bot_core.trace import Finding


class Rule(Protocol):
    def __call__(self, inspection: Inspection, /) -> Iterable[Finding]:
        """Findings in no particular order; none when the reply is fine."""
        ...
