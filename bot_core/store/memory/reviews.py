"""Annotations, activity and erasure in this process's memory."""

from __future__ import annotations

import builtins
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot_core.store.activity import ConversationOutcome, LoggedTurn, Place, RecordedLead
from bot_core.store.erasing import Scrubbed
from bot_core.store.memory.conversations import MemoryConversationStore, MemoryFeedbackStore, MemoryProfileStore
from bot_core.store.memory.work import MemoryLeadStore
from bot_core.store.records import CUSTOMER, Feedback, FeedbackValue
from bot_core.store.reviews import Annotation
from bot_core.store.rules import next_annotation


class MemoryAnnotationStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: dict[tuple[str, str], list[Annotation]] = {}

    def put(self, annotation: Annotation, *, expected_version: int | None = None) -> Annotation:
        with self._lock:
            versions = self._versions.get((annotation.tracking_id, annotation.annotator), [])
            known = versions[-1] if versions else None
            new = next_annotation(known, annotation, expected_version=expected_version)
            if new is not known:
                self._versions[annotation.tracking_id, annotation.annotator] = [*versions, new]
        return new

    def of(self, tracking_ids: Sequence[str]) -> tuple[Annotation, ...]:
        wanted = set(tracking_ids)
        found = (one for one in self._latest() if one.tracking_id in wanted)
        return tuple(sorted(found, key=lambda one: (one.tracking_id, one.annotator)))

    def list(self, *, limit: int = 1000) -> tuple[Annotation, ...]:
        return tuple(sorted(self._latest(), key=lambda one: one.created_at, reverse=True)[:limit])

    def history(self, tracking_id: str, annotator: str) -> tuple[Annotation, ...]:
        with self._lock:
            return tuple(self._versions.get((tracking_id, annotator), ()))

    def forget(self, conversation_ids: Sequence[str]) -> int:
        with self._lock:
            gone = [key for key, versions in self._versions.items() if versions[-1].conversation_id in conversation_ids]
            return sum(len(self._versions.pop(key)) for key in gone)

    def _latest(self) -> builtins.list[Annotation]:
        with self._lock:
            return [versions[-1] for versions in self._versions.values()]


class MemoryActivityStore:
    def __init__(
        self, conversations: MemoryConversationStore, feedback: MemoryFeedbackStore, leads: MemoryLeadStore
    ) -> None:
        self._conversations = conversations
        self._feedback = feedback
        self._leads = leads

    def before(self, place: Place | None = None, *, limit: int = 500) -> tuple[LoggedTurn, ...]:
        newest = reversed(self._conversations.logged())
        return tuple(one for one in newest if place is None or one.place < place)[:limit]

    def since(self, moment: datetime, *, limit: int = 500, after: Place | None = None) -> tuple[LoggedTurn, ...]:
        turns = (one for one in self._conversations.logged() if one.turn.created_at >= moment)
        return tuple(one for one in turns if after is None or one.place > after)[:limit]

    def tracking_ids(self) -> frozenset[str]:
        return frozenset(one.turn.tracking_id for one in self._conversations.logged())

    def count(self) -> int:
        return len(self._conversations.logged())

    def feedback_since(self, moment: datetime) -> tuple[Feedback, ...]:
        given = self._feedback.list(limit=self.count() * 10)
        return tuple(one for one in reversed(given) if one.created_at >= moment)

    def leads_since(self, moment: datetime) -> tuple[RecordedLead, ...]:
        rows = reversed(self._leads.list(limit=self._leads.size()))
        found = (RecordedLead(reference=reference, lead=lead) for reference, lead in rows)
        return tuple(one for one in found if one.lead.created_at >= moment)

    def outcomes(self, *, channel: str, since: datetime) -> tuple[ConversationOutcome, ...]:
        of_conversation: dict[str, builtins.list[LoggedTurn]] = {}
        for one in self._conversations.logged():
            if one.channel == channel:
                of_conversation.setdefault(one.turn.conversation_id, []).append(one)
        requested = Counter(lead.conversation_id for _, lead in self._leads.list(limit=self._leads.size()))
        found = (self._outcome(turns, requested) for turns in of_conversation.values())
        recent = (one for one in found if one.began_at >= since)
        return tuple(sorted(recent, key=lambda one: (one.began_at, one.conversation_id)))

    def _outcome(self, turns: Sequence[LoggedTurn], requested: Counter[str]) -> ConversationOutcome:
        first = turns[0].turn
        given = [one for turn in turns for one in self._feedback.of(turn.turn.tracking_id) if one.source == CUSTOMER]
        return ConversationOutcome(
            conversation_id=first.conversation_id,
            release_id=first.trace.release_id,
            is_mixed=len({one.turn.trace.release_id for one in turns}) > 1,
            turns=len(turns),
            thumbs_up=sum(one.value is FeedbackValue.UP for one in given),
            thumbs_down=sum(one.value is FeedbackValue.DOWN for one in given),
            leads=requested[first.conversation_id],
            fallbacks=sum(one.turn.trace.used_fallback for one in turns),
            began_at=first.created_at,
        )


class MemoryCustomerErasure:
    def __init__(
        self,
        conversations: MemoryConversationStore,
        profiles: MemoryProfileStore,
        feedback: MemoryFeedbackStore,
        leads: MemoryLeadStore,
        annotations: MemoryAnnotationStore,
    ) -> None:
        self._conversations = conversations
        self._profiles = profiles
        self._feedback = feedback
        self._leads = leads
        self._annotations = annotations

    def erase(self, channel: str, customer_key: str) -> int:
        found, turns = self._conversations.forget(channel, customer_key)
        return sum(
            (
                len(found),
                len(turns),
                self._feedback.forget(turns),
                self._leads.forget(found),
                self._annotations.forget(found),
                self._profiles.forget(channel, customer_key),
            )
        )

    def scrub(self) -> Scrubbed:
        return Scrubbed()
