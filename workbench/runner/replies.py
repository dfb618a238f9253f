"""Replies are made here, outside the pages' threads: a touched widget, a reload or a closed tab loses nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot_core.errors import NotFound, StoreError
from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService
from bot_core.store.contracts import ConversationStore
from bot_core.store.records import Conversation, ConversationLog, SpokenTurn
from workbench.runner.bots import BotChoice
from workbench.runner.network import Network
from workbench.runner.portal import Portal
from workbench.runner.reading import ConversationReader
from workbench.runner.unanswered import UnansweredJournal

CHANNEL = "workbench"
"""How the store names conversations that were held here."""

_MOST_REPEATED = 5_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a conversation waits for: messages without an answer, oldest first."""

    reading: tuple[InboundMessage, ...] = ()
    """In the turn under way."""
    travelling: tuple[InboundMessage, ...] = ()
    """Sent, but the slow network has not delivered them."""
    queued: tuple[InboundMessage, ...] = ()
    """Sent meanwhile; the next turn takes them all, in order."""
    problem: BaseException | None = None
    """Why the last try failed; the messages are in `queued` until somebody retries or writes again."""

    @property
    def busy(self) -> bool:
        return bool(self.reading or self.travelling) or (bool(self.queued) and self.problem is None)


@dataclass(slots=True)
class _Desk:
    choice: BotChoice
    travelling: list[InboundMessage] = field(default_factory=list)
    queued: list[InboundMessage] = field(default_factory=list)
    reading: tuple[InboundMessage, ...] = ()
    problem: BaseException | None = None
    running: bool = False

    @property
    def waiting(self) -> list[InboundMessage]:
        return [*self.reading, *self.queued, *self.travelling]


class ReplyDesk:
    """One turn at a time for each conversation, any number of conversations at once. Safe for many threads."""

    def __init__(
        self,
        portal: Portal,
        conversations: ConversationStore,
        bot_of: Callable[[BotChoice], OrchestrationService],
        journal: UnansweredJournal | None = None,
    ) -> None:
        """Without a `journal` what waits for an answer is lost with the process."""
        self._portal = portal
        self._journal = journal
        self._repeated: OrderedDict[str, None] = OrderedDict()
        self._conversations = conversations
        self._reader = ConversationReader(conversations, channel=CHANNEL)
        self._bot_of = bot_of
        self._desks: dict[str, _Desk] = {}
        self._lock = threading.Lock()

    def resume(self) -> None:
        """Answer what waited when the process before this one ended."""
        for waiting in self._journal.all() if self._journal else ():
            if not self.send(waiting.conversation_id, waiting.messages, waiting.choice):
                self._keep(waiting.conversation_id, waiting.choice, ())

    def send(
        self,
        conversation_id: str,
        messages: Sequence[InboundMessage],
        choice: BotChoice,
        *,
        network: Network = Network(),  # noqa: B008 - immutable
    ) -> bool:
        """Accept `messages`; returns at once. A message that was seen before is dropped, so sending twice is harmless.

        True when at least one was new. A conversation that was held elsewhere takes none. Raises StoreError when the
        conversation cannot be read or the messages cannot be kept.
        """
        answered = self._answered(conversation_id)
        if not answered and self.is_foreign(conversation_id):
            return False
        with self._lock:
            desk = self._desks.get(conversation_id) or _Desk(choice)
            known = answered | {message.message_id for message in desk.waiting}
            new = [network.sent(message) for message in messages if message.message_id not in known]
            if not new:
                return False
            self._keep(conversation_id, choice, [*desk.waiting, *new])
            self._desks[conversation_id] = desk
            desk.choice = choice
            if network.twice:
                self._note_repeated(new)
            if network.delay_seconds > 0:
                desk.travelling.extend(new)
                self._portal.submit(self._deliver(conversation_id, desk, new, network.delay_seconds))
            else:
                desk.queued.extend(new)
                self._start(conversation_id, desk)
        return True

    def repeated(self, message_id: str) -> bool:
        """Whether the network delivered that message twice; the second time it was dropped."""
        return message_id in self._repeated

    def retry(self, conversation_id: str, choice: BotChoice) -> None:
        """Try again what failed, with the bot of `choice`."""
        with self._lock:
            desk = self._desks.get(conversation_id)
            if desk and desk.queued:
                desk.choice = choice
                self._start(conversation_id, desk)

    def spoken(self, conversation_id: str) -> tuple[SpokenTurn, ...]:
        """What was said here and is stored, oldest first; nothing for a conversation that has no turn yet, or was held
        elsewhere (`ConversationDesk` shows those, without personal data). Cheap: asked for at every run of a page."""
        return self._reader.spoken(conversation_id)

    def turns(self, conversation_id: str) -> tuple[ConversationLog, ...]:
        """The same turns with how the replies were made."""
        return self._reader.turns(conversation_id)

    def turn(self, tracking_id: str) -> ConversationLog:
        """Raises NotFound."""
        return self._reader.turn(tracking_id)

    def is_foreign(self, conversation_id: str) -> bool:
        """Whether it was held elsewhere, on WhatsApp for instance: nothing of it is read or written here."""
        try:
            return self._conversations.head(conversation_id).channel != CHANNEL
        except NotFound:
            return False

    def waiting(self, conversation_id: str) -> Waiting:
        with self._lock:
            desk = self._desks.get(conversation_id)
            if desk is None:
                return Waiting()
            return Waiting(desk.reading, tuple(desk.travelling), tuple(desk.queued), desk.problem)

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
            self._forget_answered(conversation_id, desk)
            if not desk.reading:
                desk.running = False
                if not desk.travelling:
                    self._desks.pop(conversation_id, None)
            return desk.reading

    async def _deliver(
        self, conversation_id: str, desk: _Desk, messages: Sequence[InboundMessage], seconds: float
    ) -> None:
        await asyncio.sleep(seconds)
        with self._lock:
            desk.travelling = [message for message in desk.travelling if message not in messages]
            desk.queued.extend(messages)
            self._start(conversation_id, desk)

    def _forget_answered(self, conversation_id: str, desk: _Desk) -> None:
        """A journal that names too many messages is harmless: answered ones are dropped when it is read."""
        try:
            self._keep(conversation_id, desk.choice, desk.waiting)
        except StoreError as error:
            _log.warning("conversation %s: %s", conversation_id, error)

    def _keep(self, conversation_id: str, choice: BotChoice, messages: Sequence[InboundMessage]) -> None:
        if self._journal:
            self._journal.keep(conversation_id, choice, messages)

    def _note_repeated(self, messages: Sequence[InboundMessage]) -> None:
        for message in messages:
            self._repeated[message.message_id] = None
        while len(self._repeated) > _MOST_REPEATED:
            self._repeated.popitem(last=False)

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
        return {message.message_id for turn in self.spoken(conversation_id) for message in turn.messages}
