"""What a customer wants, by rules alone: intents, slots, language, and a question when a message is ambiguous."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import IntentionFacts
from bot_core.intents import UNSAFE, Intent, IntentDetail, UserIntentionResponse
from bot_core.knowledge.entry import Branch
from bot_core.messages import Role
from bot_core.offline.buttons import looks_like_payload, read_button
from bot_core.offline.details import detail_of
from bot_core.offline.language import language_of
from bot_core.offline.leftovers import asking, courtesy, read_leftover
from bot_core.offline.message import Message, MessageReader
from bot_core.offline.opt_out import is_opt_out
from bot_core.offline.pending import answer_to, joined_with_question
from bot_core.offline.places import PlaceReader
from bot_core.offline.sorting import Sorter
from bot_core.sessions.state import ConversationState, PendingQuestion

_MOST_INTENTS = 6
_TOPIC_TURNS = 4
"""Customer messages that are looked back for what "¿y el tercero?" is about."""
_TOPICS = frozenset({Intent.CAR_RECOMMENDATION, Intent.FINANCING, Intent.SALES})


class RuleBasedUnderstanding:
    """The embedded baseline's reading of a message. Deterministic, immutable, safe to share between threads."""

    def __init__(self, catalog: CarDataService, branches: Sequence[Branch], *, min_match_score: float) -> None:
        self._catalog = catalog
        self._branches = tuple(branches)
        self._reader = MessageReader(catalog, PlaceReader(branches), min_match_score=min_match_score)

    def understand(self, facts: IntentionFacts) -> UserIntentionResponse:
        """Never raises and never gives an empty list of intents, whatever the text."""
        state = facts.state
        if is_opt_out(facts.text, facts.button_payload):
            language = language_of(facts.text, state.language)
            return UserIntentionResponse(intents=[IntentDetail(intent=Intent.OPT_OUT)], language=language)
        topic = self._topic(state, facts.now)
        tapped = read_button(
            facts.button_payload, state, self._branches, which_car_for=topic or Intent.CAR_RECOMMENDATION
        )
        if tapped and len(facts.text.strip().splitlines()) <= 1:
            return UserIntentionResponse(intents=[tapped], language=state.language)
        response = self._read(facts, topic)
        if tapped and tapped.intent not in response.names():
            response = response.model_copy(update={"intents": [*response.intents, tapped][-_MOST_INTENTS:]})
        return response

    def _read(self, facts: IntentionFacts, topic: Intent | None) -> UserIntentionResponse:
        state = facts.state
        if looks_like_payload(facts.text):
            return asking("unclear", state.language, Intent.OUT_OF_SCOPE)
        text = joined_with_question(facts.text, state)
        message = self._reader.read(text, state, facts.now)
        details = self._details(message, state, topic)
        if message.attacked:
            details = [IntentDetail(intent=Intent.OUT_OF_SCOPE, topic=UNSAFE), *_wishes_only(details)]
        if not details:
            answer = answer_to(message, state, topic)
            if answer is None:
                return read_leftover(message, state)
            details = [answer]
        return UserIntentionResponse(intents=list(details[:_MOST_INTENTS]), language=message.language)

    def _details(self, message: Message, state: ConversationState, topic: Intent | None) -> list[IntentDetail]:
        shown = tuple(car for car in map(self._catalog.get, state.shown) if car)
        pieces = Sorter(message, state, topic).sort().in_order()
        details = [d for intent, findings in pieces for d in detail_of(intent, findings, message, shown, state)]
        return _with_courtesy(details, message)

    def _topic(self, state: ConversationState, now: datetime) -> Intent | None:
        """What the conversation is about: a request under way, else the last customer message that said it."""
        if state.lead is not None and state.pending is not None and state.pending is not PendingQuestion.CLARIFICATION:
            return Intent.SALES
        said = [entry.text for entry in state.history if entry.role is Role.CUSTOMER]
        blank = state.model_copy(update={"history": (), "pending": None, "lead": None})
        for text in reversed(said[-_TOPIC_TURNS:]):
            details = self._details(self._reader.read(text, blank, now), blank, None)
            found = [detail.intent for detail in details if detail.intent in _TOPICS]
            only_points = all(d.reference and not _says_more(d) for d in details if d.intent in _TOPICS)
            if found and not only_points:
                return found[-1]
        return None


def _says_more(detail: IntentDetail) -> bool:
    said = detail.model_dump(exclude_defaults=True, exclude={"intent", "reference", "confidence"})
    return bool(said) or detail.intent not in (Intent.CAR_RECOMMENDATION, Intent.GENERAL_INFO)


def _wishes_only(details: Sequence[IntentDetail]) -> list[IntentDetail]:
    """Beside an attack only what is sure to be a wish of its own counts."""
    keep = {Intent.CAR_RECOMMENDATION, Intent.FINANCING, Intent.SALES, Intent.PERSON_REQUEST, Intent.GENERAL_INFO}
    return [detail for detail in details if detail.intent in keep and (_says_more(detail) or detail.reference)]


def _with_courtesy(details: list[IntentDetail], message: Message) -> list[IntentDetail]:
    """Thanks and goodbyes count alone or as a sentence of their own before a wish; after a request they are manners."""
    groups = {cue.group for cue in message.cues}
    if [detail.intent for detail in details] == [Intent.GREETING] and not details[0].topic:
        return [details[0].model_copy(update={"topic": courtesy(groups)})]
    opens = message.cues and message.cues[0].group == "thanks" and message.cues[0].start <= 1
    follows = message.reading.mended[message.cues[0].end :].lstrip(" ") if opens else ""
    if details and follows[:1] in ("!", ".", "\n") and Intent.GREETING not in {d.intent for d in details}:
        return [IntentDetail(intent=Intent.GREETING, topic="thanks"), *details]
    return details
