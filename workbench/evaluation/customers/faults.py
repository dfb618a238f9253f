"""When the simulated customer is to blame: found from what it said, whichever kind of customer said it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot_core.messages import Language, MessageKind
from bot_core.normalization import fold
from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import QuantityKind
from workbench.evaluation.customers.records import FaultKind, Leave, Say, SimulatorFault
from workbench.evaluation.dataset.personas import Persona
from workbench.records import TurnRecord

_OUT_OF_ROLE = re.compile(
    r"\b(como (un )?modelo de lenguaje|soy una? (ia|inteligencia artificial|asistente|simulador|simulacion)"
    r"|as an ai|language model|soy (el|la) agente de kavak|i am an assistant|en que (te|le) puedo ayudar"
    r"|how (can|may) i help you|\[?fin de la (conversacion|simulacion)\]?)\b"
)
_SPANISH = re.compile(r"\b(hola|gracias|quiero|busco|cuanto|para|que|con|una|del|por favor)\b")
_ENGLISH = re.compile(r"\b(the|hello|hi|thanks|i|i'm|want|looking|how much|for|with|please|would)\b")
_CHECKED = frozenset({QuantityKind.AMOUNT, QuantityKind.KILOMETRES, QuantityKind.PERCENT, QuantityKind.TERM})
_SAME_WORDS = 3


def faults_in_words(persona: Persona, say: Say, turns: Sequence[TurnRecord]) -> Iterator[SimulatorFault]:
    """`turns` are those before; every fault of the new messages."""
    number = len(turns) + 1
    texts = [message.text for message in say.messages if message.text.strip()]
    for kind, detail in _faults(persona, say, texts, turns):
        yield SimulatorFault(kind=kind, turn=number, detail=detail)


def fault_in_leaving(
    persona: Persona, leave: Leave, turns: Sequence[TurnRecord], *, reached: bool
) -> SimulatorFault | None:
    """A customer may leave when the goal is reached, when patience is over, or when the bot repeats itself."""
    number = len(turns) + 1
    if leave.satisfied and not reached:
        return SimulatorFault(kind=FaultKind.CLAIMED_GOAL, turn=number, detail="left satisfied, goal not reached")
    if not leave.satisfied and len(turns) < persona.patience and not _bot_repeats(turns):
        detail = f"left after {len(turns)} turns, patience is {persona.patience}"
        return SimulatorFault(kind=FaultKind.ENDED_EARLY, turn=number, detail=detail)
    return None


def _faults(
    persona: Persona, say: Say, texts: Sequence[str], turns: Sequence[TurnRecord]
) -> Iterator[tuple[FaultKind, str]]:
    if not texts and all(message.kind in (MessageKind.TEXT, MessageKind.BUTTON) for message in say.messages):
        yield FaultKind.SILENT, "no message, or only empty ones"
    for text in texts:
        folded = fold(text)
        forbidden = next((phrase for phrase in persona.must_not_say if _has(phrase, folded)), None)
        out_of_role = _OUT_OF_ROLE.search(folded)
        if forbidden or out_of_role:
            yield FaultKind.LEFT_ROLE, f"said {forbidden or (out_of_role and out_of_role[0])!r}"
        if _in_other_language(persona.style.language, folded):
            yield FaultKind.WRONG_LANGUAGE, text
    known = _known(persona, turns)
    for text in texts:
        for quantity in find_quantities(text):
            if quantity.kind in _CHECKED and quantity.value not in known:
                yield FaultKind.INVENTED_FACT, f"{quantity.text!r} is neither known nor was it said before"
    if _goes_in_circles(texts, turns):
        yield FaultKind.REPEATED, f"said the same {_SAME_WORDS} times in a row to different replies"


def _has(phrase: str, folded: str) -> bool:
    return re.search(rf"\b{re.escape(fold(phrase))}\b", folded) is not None


def _in_other_language(language: Language, folded: str) -> bool:
    """Only when clear: three words or more of the other language and none of its own."""
    spanish, english = len(_SPANISH.findall(folded)), len(_ENGLISH.findall(folded))
    own, other = (spanish, english) if language is Language.SPANISH else (english, spanish)
    return own == 0 and other >= 3


def _known(persona: Persona, turns: Sequence[TurnRecord]) -> set[Decimal]:
    """Every number that the customer has or that was said to them."""
    knows = persona.knows
    values = (knows.price_max, knows.down_payment, knows.monthly_budget, knows.km_max, knows.term_months)
    texts = [*persona.opening, *knows.questions, knows.own_car or "", knows.day or "", persona.goal.text]
    texts += [turn.reply.text for turn in turns]
    said = [quantity.value for text in texts for quantity in find_quantities(text)]
    return {Decimal(value) for value in values if value is not None} | set(said)


def _goes_in_circles(texts: Sequence[str], turns: Sequence[TurnRecord]) -> bool:
    """A customer whose bot repeats itself may do so too."""
    last = turns[-(_SAME_WORDS - 1) :]
    said = {_joined(texts), *(_joined([message.text for message in turn.messages]) for turn in last)}
    return len(last) == _SAME_WORDS - 1 and len(said) == 1 and len({turn.reply.text for turn in last}) == len(last)


def _joined(texts: Sequence[str]) -> str:
    return fold(" ".join(texts))


def _bot_repeats(turns: Sequence[TurnRecord]) -> bool:
    return len(turns) >= 2 and turns[-1].reply.text == turns[-2].reply.text
