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
_AT_THE_START = 4
"""Characters before the first word: "¿un auto alto para la ciudad?"."""
_CAR_WORDS = frozenset({"car_noun", "some_car"})
_ABOUT_CARS = _CAR_WORDS | {"domain", "have", "price_ask", "detail_ask", "search", "inform"}
_PLAIN_YES = re.compile(r"\W*(?:si|sip|simon|claro|dale|yes|yeah|yep|sure)\b")


def read_leftover(message: Message, state: ConversationState) -> UserIntentionResponse:
    """Courtesy is answered, a bare number asked about, a question about cars looked up; the rest is refused."""
    groups = {cue.group for cue in message.cues}
    language = message.language
    if topic := courtesy(groups):
        return _one(Intent.GREETING, language, topic=topic)
    words = _WORD.findall(message.reading.text)
    if len(words) <= _FEW_WORDS:
        return _brief(message, groups, state, has_words=bool(words))
    if message.cues and message.cues[0].group in _CAR_WORDS and message.cues[0].start <= _AT_THE_START:
        return _one(Intent.CAR_RECOMMENDATION, language, confidence=0.6)
    if "insult" in groups:
        return _one(Intent.OUT_OF_SCOPE, language, confidence=0.8)
    if groups & _ABOUT_CARS:
        return _one(Intent.GENERAL_INFO, language, topic=message.reading.text.strip(), confidence=0.5)
    return _one(Intent.OUT_OF_SCOPE, language, confidence=0.5)


def _brief(message: Message, groups: set[str], state: ConversationState, *, has_words: bool) -> UserIntentionResponse:
    """At most three words, which may be none: "200", "sí", "👍", "carros", "asdf"."""
    language = message.language
    if any(figure.kind in (QuantityKind.NUMBER, QuantityKind.AMOUNT) for figure in message.figures):
        return _about_number(message, language)
    if not has_words:
        return _one(Intent.GREETING, language, topic="thanks" if state.turns else None, confidence=0.5)
    if "agreed" in groups and _PLAIN_YES.match(message.reading.mended) and state.shown:
        return asking("agreed", language, Intent.CAR_RECOMMENDATION)
    if groups & {"agreed", "refused"}:
        return _one(Intent.GREETING, language, topic="thanks")
    if "insult" in groups:
        return _one(Intent.OUT_OF_SCOPE, language, confidence=0.8)
    if groups & _CAR_WORDS:
        return _one(Intent.CAR_RECOMMENDATION, language, confidence=0.6)
    return asking("unclear", language, Intent.GENERAL_INFO if "inform" in groups else Intent.OUT_OF_SCOPE)


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
