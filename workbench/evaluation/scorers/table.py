"""All scorers, by the name that is stored; and what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot_core.catalog.service import CarDataService
from bot_core.financing.plan import FinancingRules
from bot_core.guardrails.guard import ReplyGuard
from bot_core.guardrails.rules.table import RULES
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.reference.cars import read_reference
from workbench.evaluation.scorers.base import Played, Scorer, ScoringContext, judge
from workbench.evaluation.scorers.cars import cars
from workbench.evaluation.scorers.guarded import formatting, grounding, language, length
from workbench.evaluation.scorers.info import info
from workbench.evaluation.scorers.intent import intent
from workbench.evaluation.scorers.keywords import keywords
from workbench.evaluation.scorers.lead import lead
from workbench.evaluation.scorers.plan import plan
from workbench.evaluation.scorers.relative import relative
from workbench.evaluation.scorers.safety import safety
from workbench.evaluation.scorers.slots import slots
from workbench.evaluation.scorers.state import state
from workbench.records import Score, TurnRecord

SCORERS: Mapping[str, Scorer] = {
    "intent": intent,
    "slots": slots,
    "cars": cars,
    "relative": relative,
    "plan": plan,
    "lead": lead,
    "info": info,
    "state": state,
    "grounding": grounding,
    "safety": safety,
    "keywords": keywords,
    "language": language,
    "formatting": formatting,
    "length": length,
}

HARD = ("grounding", "safety")
"""No failure is tolerated here."""

_FORM = ("length", "formatting", "language")


def scoring_context(catalog_path: Path, catalog: CarDataService, rules: FinancingRules) -> ScoringContext:
    """For one catalogue file; `catalog` only tells the guard which words are cars."""
    content = {name: rule for name, rule in RULES.items() if name not in _FORM}
    return ScoringContext(
        cars=read_reference(catalog_path),
        rules=rules,
        grounding=ReplyGuard(catalog, rules=content),
        form={name: ReplyGuard(catalog, rules={name: RULES[name]}) for name in _FORM},
    )


def score(case: Case, records: Sequence[TurnRecord], context: ScoringContext) -> tuple[Score, ...]:
    """Every scorer's verdict on a case that was played to its end."""
    played = Played.of(case, records)
    return tuple(judge(name, scorer, played, context) for name, scorer in SCORERS.items())
