"""A conversation as a draft of a golden case: what the customer said, with made-up data in place of personal data, and
what is expected of each reply, as the facts of that turn have it. The person who saves it corrects what the bot did
wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot_core.messages import InboundMessage, Language, MessageKind
from bot_core.store.records import ConversationLog
from workbench.evaluation.dataset.case import MAX_TURNS
from workbench.evaluation.dataset.expectations import Slots
from workbench.runner.fictions import Fictions
from workbench.runner.privacy import names_in

_NAMES = frozenset({"customer_name"})
_SLOTS = frozenset(Slots.model_fields) - {"reference", "position"}
_FREE = "cars"


def drafted_turns(turns: Sequence[ConversationLog], names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """`say` and `expect` of each turn, as a case writes them; of a longer conversation the last MAX_TURNS turns.

    `turns` as they were said; `names` are the customer's that are known from elsewhere.
    """
    fictions = Fictions(list(dict.fromkeys([*names, *names_in(turns)])))
    return [_turn(turn, fictions) for turn in turns[-MAX_TURNS:]]


def _turn(turn: ConversationLog, fictions: Fictions) -> dict[str, Any]:
    say = [_said(message, fictions) for message in turn.messages]
    expect = _expected(turn, fictions)
    return {"say": say[0] if len(say) == 1 else say} | ({"expect": expect} if expect else {})


def _said(message: InboundMessage, fictions: Fictions) -> str | dict[str, str]:
    text = fictions.told(message.text)
    if message.button_payload:
        return {"text": text, "button_payload": message.button_payload}
    if message.kind is not MessageKind.TEXT:
        return {"text": text, "kind": message.kind.value} if text else {"kind": message.kind.value}
    return text


def _expected(turn: ConversationLog, fictions: Fictions) -> dict[str, Any]:
    expect: dict[str, Any] = {}
    if intention := turn.trace.intention:
        expect["intents"] = [intent.value for intent in intention.names()]
        if slots := _slots(turn, fictions):
            expect["slots"] = slots
    for fact in turn.trace.facts:
        expect |= _of_fact(fact)
    if turn.trace.language is not Language.SPANISH:
        expect["language"] = turn.trace.language.value
    return expect


def _slots(turn: ConversationLog, fictions: Fictions) -> dict[str, Any]:
    """The first value of each detail; personal data is not expected."""
    found: dict[str, Any] = {}
    assert turn.trace.intention
    for detail in turn.trace.intention.intents:
        given = detail.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        for name, value in given.items():
            if name in _SLOTS and name not in _NAMES and not _is_personal(value, fictions):
                found.setdefault(name, _number(value))
        if detail.reference:
            found.setdefault("reference", detail.reference.kind.value)
            if detail.reference.position is not None:
                found.setdefault("position", detail.reference.position)
    return found


def _is_personal(value: Any, fictions: Fictions) -> bool:
    return isinstance(value, str) and fictions.told(value) != value


def _of_fact(fact: Mapping[str, Any]) -> dict[str, Any]:
    match fact["kind"]:
        case "car_search":
            return {_FREE: _cars(fact)}
        case "financing":
            return _financing(fact)
        case "info":
            return _info(fact)
        case "sales" if fact.get("reference"):
            return {"lead": fact["lead_kind"]}
        case "boundary":
            return {"boundary": fact["subject"]}
        case _:
            return {}


def _cars(fact: Mapping[str, Any]) -> str:
    if not fact["cars"]:
        return "none"
    if fact.get("relaxed") or fact.get("absent"):
        return "alternatives"
    return "fit"


def _financing(fact: Mapping[str, Any]) -> dict[str, Any]:
    if fact.get("limits"):
        monthly = {"budget": _number(fact["monthly_budget"])}
        return {"monthly": monthly | ({"term": fact["asked_term"]} if fact.get("asked_term") else {})}
    quotes = fact.get("quotes") or []
    if not quotes:
        return {}
    plan: dict[str, Any] = {"car": "each"} if fact.get("cars") else {"price": _number(quotes[0]["price"])}
    downs = {quote["down_payment"] for quote in quotes}
    if not fact.get("down_payment_assumed") and len(downs) == 1:
        plan["down_payment"] = _number(downs.pop())
    if fact.get("asked_term") and not fact.get("term_unavailable"):
        plan["term"] = fact["asked_term"]
    return {"plan": plan}


def _info(fact: Mapping[str, Any]) -> dict[str, Any]:
    if fact.get("absent_city"):
        return {"branches": "none"}
    entries = [entry["entry_id"] for entry in fact.get("entries") or ()]
    return {"info": entries} if entries else {}


def _number(value: Any) -> Any:
    """An amount as a person writes it: 250000, not "250000.00"."""
    try:
        amount = float(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return int(amount) if isinstance(amount, float) and amount.is_integer() else amount
