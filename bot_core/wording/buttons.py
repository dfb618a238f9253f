"""Quick replies under a deterministic or model-worded reply: what a customer most likely asks next.

A title is also what comes back as the message's text, so each is a phrase that the bot understands.
"""

from __future__ import annotations

from bot_core.facts.facts import (
    BoundaryFacts,
    CarDetailFacts,
    CarSearchFacts,
    Facts,
    FinancingFacts,
    GreetingFacts,
    InfoFacts,
    SalesFacts,
)
from bot_core.messages import QuickReply
from bot_core.sessions.state import PendingQuestion
from bot_core.wording.phrases import phrases

MOST_BUTTONS = 3
LONGEST_TITLE = 20
"""Characters; WhatsApp cuts longer titles."""


def quick_replies(facts: Facts) -> tuple[QuickReply, ...]:
    """At most three buttons with titles of at most 20 characters; none where a button would only distract."""
    if isinstance(facts, SalesFacts) and facts.question is PendingQuestion.LEAD_BRANCH:
        return _branches(facts)
    titles = phrases(facts.language)["buttons"]
    names = _names(facts)[:MOST_BUTTONS]
    return tuple(QuickReply(title=titles[name], payload=name) for name in names)


def _names(facts: Facts) -> list[str]:
    match facts:
        case CarSearchFacts():
            return _after_search(facts)
        case CarDetailFacts():
            return ["financing", "appointment", "person"]
        case FinancingFacts():
            return ["appointment", "person"] if facts.quotes else ["search", "person"]
        case InfoFacts():
            return ["person", "search"]
        case GreetingFacts():
            return [] if facts.farewell or facts.brief else ["search", "financing", "person"]
        case SalesFacts():
            return _in_sales(facts)
        case BoundaryFacts():
            return [] if facts.subject in ("opt_out", "clarification") else ["search", "person"]


def _after_search(facts: CarSearchFacts) -> list[str]:
    if not facts.cars:
        return ["search", "person"]
    if facts.question is PendingQuestion.WHICH_CAR:
        return [f"car:{car.position}" for car in facts.cars if car.position <= MOST_BUTTONS]
    return ["financing", "appointment", *(["more"] if facts.total > len(facts.cars) else [])]


def _in_sales(facts: SalesFacts) -> list[str]:
    if facts.failed:
        return ["retry"]
    if facts.question is PendingQuestion.LEAD_DAY:
        return ["day:today", "day:tomorrow", "day:saturday"]
    return []


def _branches(facts: SalesFacts) -> tuple[QuickReply, ...]:
    """One for each branch when they are few; fifteen branches fit no button."""
    if len(facts.branch_choices) > MOST_BUTTONS:
        return ()
    fitting = [branch for branch in facts.branch_choices if len(branch.name) <= LONGEST_TITLE]
    return tuple(QuickReply(title=branch.name, payload=f"branch:{branch.branch_id}") for branch in fitting)
