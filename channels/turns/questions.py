"""Answers to frequent questions, given again: the same question in the same words, on the same knowledge, prompt and
model. Never with a price, never with anything about a person."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import OrderedDict
from datetime import timedelta
from typing import Any

from bot_core.errors import StoreError
from bot_core.facts.facts import InfoFacts, IntentionFacts
from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.knowledge.service import KnowledgeService
from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMGateway, LLMRequest, LLMResponse
from bot_core.normalization import fold
from bot_core.offline.gateway import DEFAULT_MATCH_SCORE
from bot_core.offline.understanding import RuleBasedUnderstanding
from bot_core.quantities.finder import find_quantities
from bot_core.redaction import redact
from bot_core.releases.release import AgentName
from bot_core.sessions.state import ConversationState
from bot_core.trace import Attempt
from bot_core.wiring import BotFactory
from channels.observability.logs import log
from channels.observability.metrics import Metrics
from channels.store.answers import CachedAnswers

CACHED = "cache"
"""The model that an attempt of the trace names when nothing was asked."""
_LONGEST = 200
_log = log(__name__)
_MOST_TURNS = 2000
_NOT_WORDS = re.compile(r"[^\w]+")
_MONEY = re.compile(r"[$%]|\b(?:pesos|mxn)\b", re.IGNORECASE)
_PLAIN_FIELDS = frozenset({"intent", "confidence", "topic", "branch", "city"})


class FrequentQuestions:
    """Which messages are a question about Kavak that stands by itself, and what it is called."""

    def __init__(self, understanding: RuleBasedUnderstanding, knowledge: KnowledgeService) -> None:
        self._understanding = understanding
        self.knowledge_version = _digest(
            [
                *(entry.model_dump(mode="json") for entry in knowledge.entries),
                *(branch.model_dump(mode="json") for branch in knowledge.branches),
            ]
        )

    def name_of(self, facts: IntentionFacts) -> str | None:
        """The question in normal form; None when it may mean something else to somebody else."""
        text, state = facts.text, facts.state
        if facts.button_payload or state.pending or state.lead or len(text) > _LONGEST or "\n" in text.strip():
            return None
        if find_quantities(text) or _MONEY.search(text) or redact(text) != text:
            return None
        # Neither a newcomer nor this customer may mean anything else by it.
        newcomer = facts.model_copy(update={"state": ConversationState(conversation_id=state.conversation_id)})
        if not all(_is_plain(self._understanding.understand(known)) for known in (newcomer, facts)):
            return None
        return _NOT_WORDS.sub(" ", fold(text)).strip() or None


class CachingGateway:
    """`inner`, but for questions that were answered before. Raises what `inner` raises.

    Kept is only what a model said without any conversation before it, so that nothing of one customer can reach
    another; what is given again passes the guardrails of its own turn like any answer.
    """

    def __init__(
        self,
        inner: LLMGateway,
        questions: FrequentQuestions,
        answers: CachedAnswers,
        *,
        keep: timedelta,
        metrics: Metrics,
    ) -> None:
        self._inner = inner
        self._questions = questions
        self._answers = answers
        self._keep = keep
        self._metrics = metrics
        self._of_turn: OrderedDict[str, str] = OrderedDict()

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        question = self._question(request)
        if question is None or request.settings.model == OFFLINE_MODEL:
            return await self._inner.complete(request)
        key = self._key(request, question)
        kept = await asyncio.to_thread(self._found, key)
        self._metrics.frequent_questions.labels("hit" if kept else "miss", request.purpose).inc()
        if kept:
            return _again(json.loads(kept), request)
        response = await self._inner.complete(request)
        if _may_be_kept(request, response):
            kept = json.dumps({"answer": response.answer.model_dump(mode="json"), "raw": response.raw})
            await asyncio.to_thread(self._put, key, kept)
        return response

    def _found(self, key: str) -> str | None:
        try:
            return self._answers.get(key, younger_than=self._keep)
        except StoreError as error:
            # A cache that cannot be read is an empty one.
            _log.warning("cache_not_read", error=type(error).__name__)
            return None

    def _put(self, key: str, answer: str) -> None:
        try:
            self._answers.put(key, answer)
        except StoreError as error:
            _log.warning("cache_not_written", error=type(error).__name__)

    def _question(self, request: LLMRequest[Any]) -> str | None:
        """Asked at the intention, remembered for the reply of the same turn."""
        if isinstance(request.facts, IntentionFacts):
            name = self._questions.name_of(request.facts)
            self._of_turn.pop(request.tracking_id, None)
            if name:
                self._of_turn[request.tracking_id] = name
                if len(self._of_turn) > _MOST_TURNS:
                    self._of_turn.popitem(last=False)
            return name
        is_info = request.purpose == "reply" and request.agent == AgentName.GENERAL_INFO
        if not is_info or not all(isinstance(fact, InfoFacts) and not fact.is_empty for fact in request.facts):
            return None
        return self._of_turn.get(request.tracking_id)

    def _key(self, request: LLMRequest[Any], question: str) -> str:
        """Everything the answer rests on. A release is its prompts and models: two that share these share answers."""
        facts = [] if isinstance(request.facts, IntentionFacts) else request.facts
        return _digest(
            {
                "question": question,
                "knowledge": self._questions.knowledge_version,
                "prompt": [request.prompt_id, request.prompt_hash],
                "model": request.settings.model_dump(mode="json"),
                "agent": [request.agent, request.purpose],
                "facts": [fact.model_dump(mode="json", exclude={"topic"}) for fact in facts],
                "language": _language(request),
            }
        )


def open_questions(factory: BotFactory) -> FrequentQuestions:
    understanding = RuleBasedUnderstanding(
        factory.catalog, factory.knowledge.branches, min_match_score=DEFAULT_MATCH_SCORE
    )
    return FrequentQuestions(understanding, factory.knowledge)


def _is_plain(response: UserIntentionResponse) -> bool:
    """One question about Kavak, with nothing in it but what it asks and where."""
    if response.clarification or response.names() != [Intent.GENERAL_INFO] or len(response.intents) != 1:
        return False
    return _says_nothing_else(response.intents[0])


def _says_nothing_else(detail: IntentDetail) -> bool:
    return set(detail.model_dump(exclude_defaults=True)) <= _PLAIN_FIELDS


def _may_be_kept(request: LLMRequest[Any], response: LLMResponse[Any]) -> bool:
    has_history = len(request.messages) > 2
    if has_history or response.fallback or request.settings.model != response.model:
        return False
    if isinstance(response.answer, UserIntentionResponse):
        return _is_plain(response.answer)
    text = response.answer.text
    return not _MONEY.search(text) and redact(text) == text and not _names_an_amount(text)


def _names_an_amount(text: str) -> bool:
    return any(found.kind in ("amount", "percent", "kilometres", "term") for found in find_quantities(text))


def _again(kept: dict[str, Any], request: LLMRequest[Answer]) -> LLMResponse[Answer]:
    return LLMResponse(
        answer=request.response_model.model_validate(kept["answer"]),
        model=request.settings.model,
        raw=kept["raw"],
        attempts=(Attempt(model=CACHED),),
    )


def _language(request: LLMRequest[Any]) -> str:
    facts = request.facts
    return str(facts.state.language if isinstance(facts, IntentionFacts) else facts[0].language)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
