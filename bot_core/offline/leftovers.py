"""Messages without any wish that the readers know: courtesy, a bare number, something else altogether."""

from __future__ import annotations

import re

from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.messages import Language
from bot_core.offline.lexicon import texts
from bot_core.offline.message import Message
from bot_core.quantities.quantity import QuantityKind
from bot_core.sessions.state import ConversationState

_WORD = re.compile(r"[^\W\d_]+")
_FEW_WORDS = 3
_PLAIN_YES = re.compile(r"\W*(?:si|sip|simon|claro|dale|yes|yeah|yep|sure)\b")


def read_leftover(message: Message, state: ConversationState) -> UserIntentionResponse:
    """Courtesy is answered, a bare number is asked about; a question about cars goes to the knowledge base, the rest is refused."""
    groups = {cue.group for cue in message.cues}
    text = message.reading.text.strip()
    words = _WORD.findall(text)
    language = message.language
    if topic := courtesy(groups):
        return _one(Intent.GREETING, language, topic=topic)
    number = next((f for f in message.figures if f.kind in (QuantityKind.NUMBER, QuantityKind.AMOUNT)), None)
    if number and len(words) <= _FEW_WORDS:
        return _about_number(message, language)
    if not words:
        return _one(Intent.GREETING, language, topic="thanks" if state.turns else None, confidence=0.5)
    if "yes" in groups and len(words) <= _FEW_WORDS:
        if _PLAIN_YES.match(message.reading.mended) and (state.shown or state.chosen):
            return asking("agreed", language, Intent.CAR_RECOMMENDATION)
        return _one(Intent.GREETING, language, topic="thanks")
    if "no" in groups and len(words) <= _FEW_WORDS:
        return _one(Intent.GREETING, language, topic="thanks")
    if "insult" in groups:
        return _one(Intent.OUT_OF_SCOPE, language, confidence=0.8)
    if groups & {"domain", "have", "price_ask", "car_noun", "detail_ask", "search"} and len(words) >= _FEW_WORDS:
        return _one(Intent.GENERAL_INFO, language, topic=text, confidence=0.5)
    if len(words) > _FEW_WORDS:
        return _one(Intent.OUT_OF_SCOPE, language, confidence=0.5)
    return asking("unclear", language, Intent.OUT_OF_SCOPE)


def courtesy(groups: set[str]) -> str | None:
    """ "farewell" wins over "thanks": "muchas gracias, hasta luego"."""
    return next((topic for topic in ("farewell", "thanks") if topic in groups), None)


def asking(name: str, language: Language, intent: Intent, **values: str) -> UserIntentionResponse:
    """One short question of lexicon/texts.yaml instead of a guess."""
    return UserIntentionResponse(
        intents=[IntentDetail(intent=intent, confidence=0.3)],
        language=language,
        clarification=texts(language.value)[name].format(**values),
    )


def _about_number(message: Message, language: Language) -> UserIntentionResponse:
    figure = message.figures[0]
    name = "amount" if 100 <= figure.value < 1000 else "number"
    said = message.reading.original(figure.start, figure.end)
    return asking(name, language, Intent.CAR_RECOMMENDATION, number=said)


def _one(
    intent: Intent, language: Language, *, topic: str | None = None, confidence: float = 0.9
) -> UserIntentionResponse:
    detail = IntentDetail(intent=intent, topic=topic, confidence=confidence)
    return UserIntentionResponse(intents=[detail], language=language)
