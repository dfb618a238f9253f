"""Conversations, profiles and feedback in this process's memory."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Sequence

from bot_core.errors import Conflict, NotFound
from bot_core.messages import InboundMessage, new_id
from bot_core.sessions.state import ConversationState, CustomerProfile
from bot_core.store.activity import LoggedTurn
from bot_core.store.records import (
    Conversation,
    ConversationHead,
    ConversationLog,
    ConversationPage,
    Feedback,
    FinishedTurn,
    SpokenTurn,
)
from bot_core.store.rules import logged_turn, next_conversation, page_cursor, read_cursor


class MemoryConversationStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conversations: dict[str, Conversation] = {}
        self._turns: dict[str, list[ConversationLog]] = {}
        self._by_tracking_id: dict[str, ConversationLog] = {}

    def create(
        self, *, channel: str, customer_key: str, release_id: str, conversation_id: str | None = None
    ) -> Conversation:
        conversation_id = conversation_id or new_id()
        conversation = Conversation(
            conversation_id=conversation_id,
            channel=channel,
            customer_key=customer_key,
            release_id=release_id,
            state=ConversationState(conversation_id=conversation_id),
        )
        conversation = conversation.model_copy(update={"updated_at": conversation.created_at})
        with self._lock:
            if conversation_id in self._conversations:
                raise Conflict(f"conversation {conversation_id} exists")
            self._conversations[conversation_id] = conversation
            self._turns[conversation_id] = []
        return conversation

    def get(self, conversation_id: str) -> Conversation:
        conversation = self._conversations.get(conversation_id)
        if conversation is None:
            raise NotFound(f"no conversation {conversation_id}")
        return conversation

    def head(self, conversation_id: str) -> ConversationHead:
        return ConversationHead(**self.get(conversation_id).model_dump(include=set(ConversationHead.model_fields)))

    def find(self, channel: str, customer_key: str) -> Conversation | None:
        theirs = (c for c in self._sorted(channel) if c.customer_key == customer_key)
        return next(theirs, None)

    def list(self, *, limit: int = 50, cursor: str | None = None, channel: str | None = None) -> ConversationPage:
        rows = self._sorted(channel)
        if cursor is not None:
            start = read_cursor(cursor)
            rows = [row for row in rows if (row.updated_at, row.conversation_id) < start]
        items = tuple(rows[:limit])
        return ConversationPage(items=items, cursor=page_cursor(items[-1]) if len(rows) > limit else None)

    def append_turn(
        self,
        conversation_id: str,
        messages: Sequence[InboundMessage],
        turn: FinishedTurn,
        *,
        expected_version: int,
    ) -> Conversation:
        with self._lock:
            release_id = turn.trace.release_id
            after = next_conversation(
                self.get(conversation_id), turn.state, expected_version=expected_version, release_id=release_id
            )
            if turn.trace.tracking_id in self._by_tracking_id:
                raise Conflict(f"turn {turn.trace.tracking_id} is already logged")
            turns = self._turns[conversation_id]
            logged = logged_turn(after, len(turns) + 1, messages, turn)
            turns.append(logged)
            self._by_tracking_id[logged.tracking_id] = logged
            self._conversations[conversation_id] = after
        return after

    def replace_state(
        self, conversation_id: str, state: ConversationState, *, expected_version: int, release_id: str | None = None
    ) -> Conversation:
        with self._lock:
            after = next_conversation(
                self.get(conversation_id), state, expected_version=expected_version, release_id=release_id
            )
            self._conversations[conversation_id] = after
        return after

    def turns(self, conversation_id: str) -> tuple[ConversationLog, ...]:
        self.get(conversation_id)
        return tuple(self._turns[conversation_id])

    def spoken(self, conversation_id: str, *, after: int = 0) -> tuple[SpokenTurn, ...]:
        return tuple(
            SpokenTurn(
                tracking_id=turn.tracking_id,
                position=turn.position,
                messages=turn.messages,
                reply=turn.reply,
                created_at=turn.created_at,
            )
            for turn in self.turns(conversation_id)[after:]
        )

    def turn(self, tracking_id: str) -> ConversationLog:
        logged = self._by_tracking_id.get(tracking_id)
        if logged is None:
            raise NotFound(f"no turn {tracking_id}")
        return logged

    def logged(self) -> builtins.list[LoggedTurn]:
        """Turns of all conversations, oldest first."""
        with self._lock:
            found = [
                LoggedTurn(channel=row.channel, customer_key=row.customer_key, turn=turn)
                for row in self._conversations.values()
                for turn in self._turns[row.conversation_id]
            ]
        return sorted(found, key=lambda one: one.place)

    def forget(self, channel: str, customer_key: str) -> tuple[builtins.list[str], builtins.list[str]]:
        """Ids of the customer's conversations and turns, which are gone."""
        with self._lock:
            rows = self._conversations.values()
            found = [row.conversation_id for row in rows if (row.channel, row.customer_key) == (channel, customer_key)]
            turns = [turn.tracking_id for name in found for turn in self._turns.pop(name)]
            for name in found:
                del self._conversations[name]
            for name in turns:
                del self._by_tracking_id[name]
        return found, turns

    def _sorted(self, channel: str | None) -> builtins.list[Conversation]:
        with self._lock:
            rows = [row for row in self._conversations.values() if channel in (None, row.channel)]
        return sorted(rows, key=lambda row: (row.updated_at, row.conversation_id), reverse=True)


class MemoryProfileStore:
    def __init__(self) -> None:
        self._profiles: dict[tuple[str, str], CustomerProfile] = {}

    def get(self, channel: str, customer_key: str) -> CustomerProfile | None:
        return self._profiles.get((channel, customer_key))

    def put(self, channel: str, customer_key: str, profile: CustomerProfile) -> None:
        self._profiles[channel, customer_key] = profile

    def forget(self, channel: str, customer_key: str) -> int:
        return int(self._profiles.pop((channel, customer_key), None) is not None)


class MemoryFeedbackStore:
    def __init__(self, conversations: MemoryConversationStore) -> None:
        self._conversations = conversations
        self._lock = threading.Lock()
        self._given: dict[tuple[str, str], Feedback] = {}

    def give(self, feedback: Feedback) -> None:
        self._conversations.turn(feedback.tracking_id)
        with self._lock:
            self._given[feedback.tracking_id, feedback.source] = feedback

    def of(self, tracking_id: str) -> tuple[Feedback, ...]:
        theirs = (feedback for feedback in self._all() if feedback.tracking_id == tracking_id)
        return tuple(sorted(theirs, key=lambda feedback: feedback.source))

    def list(self, *, limit: int = 100) -> tuple[Feedback, ...]:
        return tuple(sorted(self._all(), key=lambda feedback: feedback.created_at, reverse=True)[:limit])

    def forget(self, tracking_ids: Sequence[str]) -> int:
        with self._lock:
            gone = [key for key in self._given if key[0] in tracking_ids]
            for key in gone:
                del self._given[key]
        return len(gone)

    def _all(self) -> tuple[Feedback, ...]:
        with self._lock:
            return tuple(self._given.values())
