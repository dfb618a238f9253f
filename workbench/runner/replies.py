"""Replies are made here, outside the pages' threads: a touched widget, a reload or a closed tab loses nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot_core.errors import NotFound
from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService
from bot_core.store.contracts import ConversationStore
from bot_core.store.records import Conversation, ConversationLog
from workbench.runner.bots import BotChoice
from workbench.runner.portal import Portal

CHANNEL = "workbench"
"""How the store names conversations that were held here."""

_MOST_READ = 50

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a conversation waits for: messages without an answer, oldest first."""

    reading: tuple[InboundMessage, ...] = ()
    """In the turn under way."""
    queued: tuple[InboundMessage, ...] = ()
    """Sent meanwhile; the next turn takes them all, in order."""
    problem: BaseException | None = None
    """Why the last try failed; the messages are in `queued` until somebody retries or writes again."""

    @property
    def busy(self) -> bool:
        return bool(self.reading) or (bool(self.queued) and self.problem is None)


@dataclass(slots=True)
class _Desk:
    choice: BotChoice
    queued: list[InboundMessage] = field(default_factory=list)
    reading: tuple[InboundMessage, ...] = ()
    problem: BaseException | None = None
    running: bool = False


class ReplyDesk:
    """One turn at a time for each conversation, any number of conversations at once. Safe for many threads."""

    def __init__(
        self,
        portal: Portal,
        conversations: ConversationStore,
        bot_of: Callable[[BotChoice], OrchestrationService],
    ) -> None:
        self._portal = portal
        self._conversations = conversations
        self._bot_of = bot_of
        self._desks: dict[str, _Desk] = {}
        self._read: OrderedDict[str, tuple[int, tuple[ConversationLog, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def send(self, conversation_id: str, messages: Sequence[InboundMessage], choice: BotChoice) -> bool:
        """Accept `messages`; returns at once. A message that was seen before is dropped, so sending twice is harmless.

        True when at least one was new. Raises StoreError when the conversation cannot be read.
        """
        answered = self._answered(conversation_id)
        with self._lock:
            desk = self._desks.get(conversation_id) or _Desk(choice)
            known = answered | {message.message_id for message in (*desk.reading, *desk.queued)}
            new = [message for message in messages if message.message_id not in known]
            if not new:
                return False
            self._desks[conversation_id] = desk
            desk.queued.extend(new)
            desk.choice = choice
            self._start(conversation_id, desk)
        return True

    def retry(self, conversation_id: str, choice: BotChoice) -> None:
        """Try again what failed, with the bot of `choice`."""
        with self._lock:
            desk = self._desks.get(conversation_id)
            if desk and desk.queued:
                desk.choice = choice
                self._start(conversation_id, desk)

    def turns(self, conversation_id: str) -> tuple[ConversationLog, ...]:
        """What is stored, oldest first; nothing for a conversation that has no turn yet.

        Asked for at every run of a page: read again only when the conversation's version has changed.
        """
        try:
            version = self._conversations.get(conversation_id).version
        except NotFound:
            return ()
        with self._lock:
            known = self._read.get(conversation_id)
        if known and known[0] == version:
            return known[1]
        turns = self._conversations.turns(conversation_id)
        with self._lock:
            self._read[conversation_id] = (version, turns)
            while len(self._read) > _MOST_READ:
                self._read.popitem(last=False)
        return turns

    def waiting(self, conversation_id: str) -> Waiting:
        with self._lock:
            desk = self._desks.get(conversation_id)
            return Waiting(desk.reading, tuple(desk.queued), desk.problem) if desk else Waiting()

    def _start(self, conversation_id: str, desk: _Desk) -> None:
        desk.problem = None
        if not desk.running:
            desk.running = True
            self._portal.submit(self._serve(conversation_id, desk))

    async def _serve(self, conversation_id: str, desk: _Desk) -> None:
        while messages := self._take(conversation_id, desk):
            try:
                await self._turn(conversation_id, messages, desk.choice)
            except Exception as error:  # noqa: BLE001 - shown on the page; the messages wait for another try
                _log.warning("conversation %s: %s", conversation_id, error, exc_info=True)
                self._give_back(desk, messages, error)
                return

    def _take(self, conversation_id: str, desk: _Desk) -> tuple[InboundMessage, ...]:
        """All that is queued becomes the next turn; a desk with nothing to do is cleared away."""
        with self._lock:
            desk.reading = tuple(desk.queued)
            desk.queued.clear()
            if not desk.reading:
                desk.running = False
                self._desks.pop(conversation_id, None)
            return desk.reading

    def _give_back(self, desk: _Desk, messages: tuple[InboundMessage, ...], error: BaseException) -> None:
        with self._lock:
            desk.queued[:0] = messages
            desk.reading = ()
            desk.problem = error
            desk.running = False

    async def _turn(self, conversation_id: str, messages: tuple[InboundMessage, ...], choice: BotChoice) -> None:
        bot = await asyncio.to_thread(self._bot_of, choice)
        conversation = await asyncio.to_thread(self._opened, conversation_id, bot.release.release_id)
        result = await bot.handle(messages, conversation.state)
        await asyncio.to_thread(
            self._conversations.append_turn, conversation_id, messages, result, expected_version=conversation.version
        )

    def _opened(self, conversation_id: str, release_id: str) -> Conversation:
        try:
            return self._conversations.get(conversation_id)
        except NotFound:
            return self._conversations.create(
                channel=CHANNEL, customer_key=conversation_id, release_id=release_id, conversation_id=conversation_id
            )

    def _answered(self, conversation_id: str) -> set[str]:
        return {message.message_id for turn in self.turns(conversation_id) for message in turn.messages}
