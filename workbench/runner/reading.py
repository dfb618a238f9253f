"""Stored conversations as the pages ask for them, in every run: only what is new is read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from bot_core.errors import NotFound
from bot_core.store.contracts import ConversationStore
from bot_core.store.records import ConversationHead, ConversationLog, SpokenTurn

_MOST_SPOKEN = 100
_MOST_WHOLE = 8
_MOST_TURNS = 50
"""A turn with its trace is about 50 kB: what was said is kept of many conversations, traces of few turns."""

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class _Spoken:
    head: ConversationHead
    turns: tuple[SpokenTurn, ...]


@dataclass(frozen=True, slots=True)
class _Whole:
    head: ConversationHead
    turns: tuple[ConversationLog, ...]


class ConversationReader:
    """Safe for many threads. Other processes may write to the store: what is kept is checked by its version."""

    def __init__(self, conversations: ConversationStore, *, channel: str | None = None) -> None:
        """`channel` keeps it to conversations that were held there: of any other it knows nothing."""
        self._conversations = conversations
        self._channel = channel
        self._spoken: OrderedDict[str, _Spoken] = OrderedDict()
        self._whole: OrderedDict[str, _Whole] = OrderedDict()
        self._turns: OrderedDict[str, ConversationLog] = OrderedDict()
        self._lock = threading.Lock()

    def spoken(self, conversation_id: str) -> tuple[SpokenTurn, ...]:
        """What was said, oldest first; nothing for a conversation that has no turn yet."""
        head = self._head(conversation_id)
        if head is None:
            return ()
        with self._lock:
            known = self._spoken.get(conversation_id)
        if known and known.head == head:
            return known.turns
        # One that was erased and begun again under its id is another conversation.
        before = known.turns if known and known.head.created_at == head.created_at else ()
        new = self._conversations.spoken(conversation_id, after=before[-1].position if before else 0)
        turns = (*before, *new)
        self._keep(self._spoken, conversation_id, _Spoken(head, turns), most=_MOST_SPOKEN)
        return turns

    def turns(self, conversation_id: str) -> tuple[ConversationLog, ...]:
        """With how the replies were made."""
        head = self._head(conversation_id)
        if head is None:
            return ()
        with self._lock:
            known = self._whole.get(conversation_id)
        if known and known.head == head:
            return known.turns
        turns = self._conversations.turns(conversation_id)
        self._keep(self._whole, conversation_id, _Whole(head, turns), most=_MOST_WHOLE)
        return turns

    def turn(self, tracking_id: str) -> ConversationLog:
        """One of them; it never changes. Raises NotFound."""
        with self._lock:
            known = self._turns.get(tracking_id)
        if known is None:
            known = self._conversations.turn(tracking_id)
            if self._head(known.conversation_id) is None:
                raise NotFound(f"no turn {tracking_id} in the channel {self._channel}")
            self._keep(self._turns, tracking_id, known, most=_MOST_TURNS)
        return known

    def _head(self, conversation_id: str) -> ConversationHead | None:
        try:
            head = self._conversations.head(conversation_id)
        except NotFound:
            return None
        return head if self._channel in (None, head.channel) else None

    def _keep(self, kept: OrderedDict[str, _Kept], key: str, value: _Kept, *, most: int) -> None:
        with self._lock:
            kept[key] = value
            kept.move_to_end(key)
            while len(kept) > most:
                kept.popitem(last=False)
