"""A conversation as a draft of a golden case: what the customer said, without personal data, and what is expected of
each reply, as the facts of that turn have it. The person who saves it corrects what the bot did wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot_core.messages import InboundMessage, Language, MessageKind
from bot_core.redaction import redact
from bot_core.store.records import ConversationLog
from workbench.evaluation.dataset.case import MAX_TURNS
from workbench.evaluation.dataset.expectations import Slots

_NAMES = frozenset({"customer_name"})
_SLOTS = frozenset(Slots.model_fields) - {"reference", "position"}
_FREE = "cars"


def drafted_turns(turns: Sequence[ConversationLog]) -> list[dict[str, Any]]:
    """`say` and `expect` of each turn, as a case writes them; of a longer conversation the last MAX_TURNS turns."""
    names = _names(turns)
    return [_turn(turn, names) for turn in turns[-MAX_TURNS:]]


def _names(turns: Iterable[ConversationLog]) -> tuple[str, ...]:
    """What customers are called, by WhatsApp or by themselves."""
    profiles = (message.profile_name for turn in turns for message in turn.messages)
    said = (detail.customer_name for turn in turns if turn.trace.intention for detail in turn.trace.intention.intents)
    return tuple(dict.fromkeys(name for name in (*profiles, *said) if name))


def _turn(turn: ConversationLog, names: Sequence[str]) -> dict[str, Any]:
    say = [_said(message, names) for message in turn.messages]
    expect = _expected(turn, names)
    return {"say": say[0] if len(say) == 1 else say} | ({"expect": expect} if expect else {})


def _said(message: InboundMessage, names: Sequence[str]) -> str | dict[str, str]:
    text = redact(message.text, names=names)
    if message.button_payload:
        return {"text": text, "button_payload": message.button_payload}
    if message.kind is not MessageKind.TEXT:
        return {"text": text, "kind": message.kind.value} if text else {"kind": message.kind.value}
    return text


def _expected(turn: ConversationLog, names: Sequence[str]) -> dict[str, Any]:
    expect: dict[str, Any] = {}
    if intention := turn.trace.intention:
        expect["intents"] = [intent.value for intent in intention.names()]
        if slots := _slots(turn, names):
            expect["slots"] = slots
    for fact in turn.trace.facts:
        expect |= _of_fact(fact)
    if turn.trace.language is not Language.SPANISH:
        expect["language"] = turn.trace.language.value
    return expect


def _slots(turn: ConversationLog, names: Sequence[str]) -> dict[str, Any]:
    """The first value of each detail; one that the redaction took out of the words is not expected either."""
    found: dict[str, Any] = {}
    assert turn.trace.intention
    for detail in turn.trace.intention.intents:
        given = detail.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        for name, value in given.items():
            if name in _SLOTS and name not in _NAMES and not _is_redacted(value, names):
                found.setdefault(name, _number(value))
        if detail.reference:
            found.setdefault("reference", detail.reference.kind.value)
            if detail.reference.position is not None:
                found.setdefault("position", detail.reference.position)
    return found


def _is_redacted(value: Any, names: Sequence[str]) -> bool:
    return isinstance(value, str) and redact(value, names=names) != value


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
