"""What a reply rested on, as (subject, value) pairs that a person reads and two variants can be held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot_core.money import format_mxn
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import Quantity, QuantityKind
from workbench.evaluation.findings.details import detail_said, detail_text
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import Conversation, FactDifference, Span, Turn
from workbench.records import TurnRecord

SUBJECTS = (
    "intent", "detail", "car", "down_payment", "loan", "plan", "limit", "branch", "entry", "lead", "question",
    "boundary", "said",
)  # fmt: skip
"""In the order that they are shown; "said" is an amount of the reply itself."""

_Values = Iterator[tuple[str, str]]
_TELLING = frozenset(
    {QuantityKind.AMOUNT, QuantityKind.KILOMETRES, QuantityKind.TERM, QuantityKind.PERCENT, QuantityKind.HOUR}
)
"""Bare numbers count a list, and years are part of a car's name."""
_MONTHS = " months: "
_NOT_DETAILS = frozenset({"intent", "confidence"})


def facts_of(turn: TurnRecord) -> tuple[tuple[str, str], ...]:
    """Each pair once, in the order of SUBJECTS; without what the reply itself says, which takes long to find. In the
    code's own names: a difference says them in the language that is read."""
    found = dict.fromkeys([*_understood(turn), *_looked_up(turn)])
    return tuple(sorted(found, key=lambda pair: SUBJECTS.index(pair[0])))


def fact_differences(a: Conversation, b: Conversation) -> tuple[FactDifference, ...]:
    """Turn by turn, of each subject what only one of the two holds; nothing where they agree."""
    return tuple(row for number in range(1, _turns(a, b) + 1) for row in _turn_differences(a, b, number))


def marks(turn: Turn, other: Turn | None) -> tuple[Span, ...]:
    """Where the reply of `turn` names an amount or a car that the other reply does not, in order, without overlaps."""
    text, theirs = turn.bot, other.bot if other else ""
    said = {(quantity.kind, quantity.value) for quantity in _quantities(theirs)}
    spans = [
        (quantity.start, quantity.end) for quantity in _quantities(text) if (quantity.kind, quantity.value) not in said
    ]
    for subject, value in turn.facts:
        if subject == "car" and value not in theirs and (start := text.find(value)) >= 0:
            spans.append((start, start + len(value)))
    return tuple(_without_overlaps(sorted(spans)))


def _without_overlaps(spans: list[Span]) -> Iterator[Span]:
    reached = 0
    for start, end in spans:
        if end > reached:
            yield max(start, reached), end
            reached = end


def _turns(a: Conversation, b: Conversation) -> int:
    return max(len(a.turns), len(b.turns))


def _turn_differences(a: Conversation, b: Conversation, number: int) -> Iterator[FactDifference]:
    mine, theirs = _by_subject(a, number), _by_subject(b, number)
    for subject in SUBJECTS:
        left, right = mine.get(subject, {}), theirs.get(subject, {})
        only_a = tuple(_said_of(subject, value) for value in left if value not in right)
        only_b = tuple(_said_of(subject, value) for value in right if value not in left)
        if only_a or only_b:
            yield FactDifference(number, subject, label("subjects", subject), only_a, only_b)


def _said_of(subject: str, value: str) -> str:
    """("detail", "make: Nissan") → "marca: Nissan"."""
    match subject:
        case "intent" | "question" | "lead":
            return label(f"{subject}s", value)
        case "boundary":
            return label("boundaries", value)
        case "detail":
            name, _, given = value.partition(": ")
            return f"{label('details', name)}: {detail_said(name, given)}"
        case "plan" | "limit":
            term, _, pesos = value.partition(_MONTHS)
            return label("terms", "months").format(term=term, amount=pesos)
        case _:
            return value


def _by_subject(conversation: Conversation, number: int) -> dict[str, dict[str, None]]:
    """Values in order, each once; nothing for a turn that was not reached."""
    if number > len(conversation.turns):
        return {}
    grouped: dict[str, dict[str, None]] = {}
    turn = conversation.turns[number - 1]
    for subject, value in (*turn.facts, *_said(turn.bot)):
        grouped.setdefault(subject, {})[value] = None
    return grouped


def _understood(turn: TurnRecord) -> _Values:
    intention = turn.trace.intention
    for detail in intention.intents if intention else ():
        yield "intent", detail.intent.value
        data = detail.model_dump(mode="json", exclude_defaults=True, exclude=set(_NOT_DETAILS))
        for name, value in data.items():
            if value not in ("", []):
                yield "detail", f"{name}: {detail_text(value)}"


def _looked_up(turn: TurnRecord) -> _Values:
    for fact in turn.trace.facts:
        yield from _cars(fact)
        yield from _money(fact)
        yield from _places(fact)
        if fact.get("question"):
            yield "question", str(fact["question"])
        if fact.get("kind") == "boundary":
            yield "boundary", str(fact.get("subject"))
    for record in turn.leads:
        yield "lead", record.lead.kind.value


def _cars(fact: Mapping[str, Any]) -> _Values:
    cars = [*(fact.get("cars") or ()), *([fact["car"]] if fact.get("car") else ())]
    for car in cars:
        yield "car", str(car["label"])


def _money(fact: Mapping[str, Any]) -> _Values:
    for quote in fact.get("quotes") or ():
        yield "down_payment", _pesos(quote["down_payment"])
        yield "loan", _pesos(quote["loan"])
        for plan in quote["plans"]:
            yield "plan", f"{plan['term_months']}{_MONTHS}{_pesos(plan['monthly'])}"
    for limit in fact.get("limits") or ():
        yield "limit", f"{limit['term_months']}{_MONTHS}{_pesos(limit['loan'])}"


def _places(fact: Mapping[str, Any]) -> _Values:
    branches = [*(fact.get("branches") or ()), *([fact["branch"]] if fact.get("branch") else ())]
    for branch in branches:
        yield "branch", str(branch["name"])
    for entry in fact.get("entries") or ():
        yield "entry", str(entry["entry_id"])


def _said(text: str) -> _Values:
    for quantity in _quantities(text):
        yield "said", quantity.text.strip()


@lru_cache(maxsize=512)
def _quantities(text: str) -> tuple[Quantity, ...]:
    return tuple(quantity for quantity in find_quantities(text) if quantity.kind in _TELLING)


def _pesos(value: Any) -> str:
    return format_mxn(Decimal(str(value)))
