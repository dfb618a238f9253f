"""Holds a reply against the facts of its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import Facts
from bot_core.guardrails.grounding import Grounding
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.reading import read_reply
from bot_core.guardrails.rules.base import Rule
from bot_core.guardrails.rules.disclosures import substance
from bot_core.guardrails.rules.leaks import word_runs
from bot_core.guardrails.rules.table import RULES
from bot_core.messages import Language
from bot_core.trace import Finding


class ReplyGuard:
    """Safe to share between threads. `protected` are texts (prompt sections) that no reply may repeat."""

    def __init__(
        self, catalog: CarDataService, *, protected: Sequence[str] = (), rules: Mapping[str, Rule] = RULES
    ) -> None:
        self._catalog = catalog
        self._protected = word_runs(protected)
        self._rules = tuple(rules.values())

    def check(self, text: str, facts: Sequence[Facts], *, language: Language) -> list[Finding]:
        """Everything in `text` that `facts` do not hold or that is never said, in the order of the text.

        `text` is what would be sent, after `to_whatsapp`. Offsets are into it.
        """
        inspection = Inspection(read_reply(text, self._catalog), Grounding.of(facts), language, self._protected)
        findings = {
            (finding.rule, finding.start, finding.end): finding for rule in self._rules for finding in rule(inspection)
        }
        return sorted(findings.values(), key=lambda finding: (finding.start, finding.end))

    def omissions(self, text: str, facts: Sequence[Facts], *, language: Language) -> list[Finding]:
        """What a whole reply to `facts` may not leave out; a part of one may."""
        return list(substance(Inspection(read_reply(text, self._catalog), Grounding.of(facts), language)))
