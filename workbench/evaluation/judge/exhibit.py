"""What a judge is shown of a turn: the customer's words, what the bot knew, what it answered."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from bot_core.facts.facts import Facts
from bot_core.messages import Frozen
from bot_core.wording.model_view import facts_for_model
from workbench.records import CaseResult, TurnRecord

_FACTS: TypeAdapter[list[Facts]] = TypeAdapter(list[Facts])
_MOST_BEFORE = 320
"""Characters of the turn before that a judge is shown."""


class Exhibit(Frozen):
    """One reply with all that is needed to judge it. `facts` are those of its turn, as a model reads them (JSON)."""

    customer: str
    reply: str
    facts: str = ""
    before: str = ""
    """The end of the conversation so far."""


def exhibits(result: CaseResult) -> tuple[Exhibit, ...]:
    """One for each turn."""
    return tuple(exhibit_of(turn, result.turns[:index]) for index, turn in enumerate(result.turns))


def exhibit_of(turn: TurnRecord, before: Sequence[TurnRecord] = ()) -> Exhibit:
    facts = _FACTS.validate_python(turn.trace.facts)
    return Exhibit(
        customer=customer_text(turn),
        reply=turn.reply.text,
        facts=facts_for_model(facts) if facts else "",
        before=_last_exchange(before[-1]) if before else "",
    )


def customer_text(turn: TurnRecord) -> str:
    """All messages of the turn; media without a text by their kind."""
    return "\n".join(message.text or f"[{message.kind.value}]" for message in turn.messages)


def _last_exchange(turn: TurnRecord) -> str:
    text = f"Cliente: {customer_text(turn)}\nAsistente: {turn.reply.text}"
    return text if len(text) <= _MOST_BEFORE else f"{text[:_MOST_BEFORE]}…"
