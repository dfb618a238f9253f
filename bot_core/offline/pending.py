"""A bare answer to what the bot asked last."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from bot_core.intents import CarReference, Intent, IntentDetail, ReferenceKind
from bot_core.messages import Role
from bot_core.offline.message import Message
from bot_core.offline.references import bare_position
from bot_core.offline.wishes import is_correction
from bot_core.quantities.quantity import QuantityKind
from bot_core.quantities.ranges import STANDARD_TERMS
from bot_core.sessions.state import ConversationState, PendingQuestion

_THOUSAND = Decimal(1000)
_SHORT = 40
"""Characters of an answer or of a question that it completes."""
_WORD = re.compile(r"[^\W\d_]+")
_REFUSALS = frozenset({"refused", "thanks", "farewell"})
_ASKED_BY: Mapping[PendingQuestion, Intent] = {
    PendingQuestion.BUDGET: Intent.CAR_RECOMMENDATION,
    PendingQuestion.DOWN_PAYMENT: Intent.FINANCING,
    PendingQuestion.LEAD_BRANCH: Intent.SALES,
    PendingQuestion.LEAD_DAY: Intent.SALES,
    PendingQuestion.LEAD_NAME: Intent.SALES,
}


def joined_with_question(text: str, state: ConversationState) -> str:
    """ "de enganche" after the bot asked what "200" means is "200 de enganche"."""
    if state.pending is not PendingQuestion.CLARIFICATION or len(text) > _SHORT:
        return text
    last = next((entry.text for entry in reversed(state.history) if entry.role is Role.CUSTOMER), "")
    is_number = re.fullmatch(r"\W*\d[\d., ]*\s*(?:mil|k)?\W*", last, re.IGNORECASE)
    return f"{last.strip(' .?!')} {text}" if is_number and not any(map(str.isdecimal, text)) else text


def answer_to(message: Message, state: ConversationState, topic: Intent | None) -> IntentDetail | None:
    """The wish of a message in which no reader found one, by what was asked; None when it answers nothing."""
    position = bare_position(message.reading.mended)
    if state.pending is PendingQuestion.BUDGET and (price := _in_thousands(message)):
        return IntentDetail(intent=Intent.CAR_RECOMMENDATION, price_max=price)
    if position and (position <= len(state.shown) or state.pending is PendingQuestion.WHICH_CAR):
        reference = CarReference(kind=ReferenceKind.ORDINAL, position=position)
        return IntentDetail(intent=topic or Intent.CAR_RECOMMENDATION, reference=reference)
    if topic is Intent.FINANCING and (term := _bare_term(message)):
        return IntentDetail(intent=Intent.FINANCING, term_months=term, correction=is_correction(message.reading.mended))
    asked_by = _ASKED_BY.get(state.pending) if state.pending else None
    if asked_by is None or any(cue.group in _REFUSALS for cue in message.cues):
        return None
    if state.pending is PendingQuestion.LEAD_BRANCH and (place := _bare_place(message)):
        return IntentDetail(intent=Intent.SALES, city=place)
    is_brief = len(message.reading.text) <= _SHORT
    return IntentDetail(intent=asked_by, confidence=0.6) if asked_by is Intent.SALES and is_brief else None


def _in_thousands(message: Message) -> Decimal | None:
    """ "200" as a budget."""
    numbers = [f for f in message.figures if f.kind in (QuantityKind.NUMBER, QuantityKind.AMOUNT)]
    if len(numbers) != 1 or not 20 <= numbers[0].value < 3000:
        return None
    return numbers[0].value * _THOUSAND


def _bare_term(message: Message) -> int | None:
    """ "quise decir 36" while payments are talked about."""
    numbers = [figure for figure in message.figures if figure.kind is QuantityKind.NUMBER]
    return int(numbers[0].value) if len(numbers) == 1 and numbers[0].value in STANDARD_TERMS else None


def _bare_place(message: Message) -> str | None:
    """A place that no list knows, when the answer is hardly more than a name."""
    text = re.sub(
        r"^\W*(?:en|la de|el de|por|in|de|vivo en|soy de)\s+", "", message.reading.text.strip(), flags=re.IGNORECASE
    )
    words = _WORD.findall(text)
    known = any(cue.group in ("agreed", "refused", "domain", "have") for cue in message.cues)
    return text.strip(" .,!?¿¡") if 1 <= len(words) <= 3 and not known else None
