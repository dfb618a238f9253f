"""One customer's turns: think, then commit the log, the state, the reply and the messages' end in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from bot_core.errors import Conflict
from bot_core.messages import new_id, utc_now
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.store.records import Conversation
from channels.crashing import CrashPoints
from channels.observability.logs import log, logged_with
from channels.observability.metrics import Metrics, count_turn
from channels.observability.traces import NoTraces, Traces
from channels.settings import ChannelSettings
from channels.store.notices import has_notice
from channels.store.people import LostLease
from channels.store.records import Customer, InboundState, OpenTurn, Reason, StoredMessage
from channels.store.store import CHANNEL, ChannelStore
from channels.turns.bots import asks_models
from channels.turns.drafts import apology_drafts, turn_drafts
from channels.turns.opinions import Opinions
from channels.turns.pressure import TurnSlots
from channels.turns.results import result_from_json, result_to_json

_log = log(__name__)
_START, _FAULT = 1, 3
"""What a start and a fault of the bot count as attempts: a killed worker is mostly not the message's fault."""


class BotSource(Protocol):
    def release_for(self, conversation_id: str) -> str: ...

    def of(self, release_id: str) -> OrchestrationService: ...


class Typing(Protocol):
    def show(self, message_sid: str) -> None: ...


class TurnService:
    """Every method is called under the customer's lease, with its fence."""

    def __init__(
        self,
        settings: ChannelSettings,
        store: ChannelStore,
        bots: BotSource,
        *,
        metrics: Metrics,
        typing: Typing | None = None,
        traces: Traces | None = None,
        crashes: CrashPoints | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._bots = bots
        self._typing = typing
        self._traces = traces or NoTraces()
        self._metrics = metrics
        self._crashes = crashes or CrashPoints()
        self._opinions = Opinions(store)
        self._slots = TurnSlots(settings.turn_slots, patience=settings.patience_seconds)

    async def think(self, customer_id: str, fence: int) -> str:
        """Let the bot answer what waits, and keep its answer. Returns what happened, for the log.

        Raises LostLease or StoreError; a fault of the bot itself is counted, and ends in an apology.
        """
        opened = await asyncio.to_thread(self._open, customer_id, fence)
        if opened is None:
            return "nothing"
        turn, messages, conversation = opened
        with logged_with(tracking_id=turn.tracking_id, customer=customer_id):
            try:
                result = await self._answered(turn, messages, conversation)
            except Exception as error:  # noqa: BLE001 - whatever the bot did, the message must not be lost
                return await asyncio.to_thread(self._stumbled, turn, messages, error)
            self._crashes.reached("after_model")
            await asyncio.to_thread(self._keep, turn, fence, result, conversation.version)
        return "thought"

    async def _answered(
        self, turn: OpenTurn, messages: Sequence[StoredMessage], conversation: Conversation
    ) -> TurnResult:
        with self._traces.span(
            "turn",
            tracking_id=turn.tracking_id,
            customer=turn.customer_id,
            release=turn.release_id,
            messages=len(messages),
        ) as span:
            async with self._slots.one() as waited:
                self._metrics.turn_wait.observe(waited)
                bot = self._bots.of(turn.release_id)
                if self._typing and asks_models(bot):
                    self._typing.show(messages[-1].webhook.message_sid)
                result = await bot.handle(
                    [message.webhook.as_message() for message in messages],
                    conversation.state,
                    tracking_id=turn.tracking_id,
                )
            span.note(waited_seconds=waited, fallback=result.trace.used_fallback, intents=_intents(result))
        return result

    def commit(self, customer_id: str, fence: int) -> str:
        """Make the kept answer the conversation's next turn. "again" when messages arrived meanwhile.

        Raises LostLease or StoreError.
        """
        turn = self._store.turns.get(customer_id)
        if turn is None or not turn.result:
            return "nothing"
        try:
            with self._store.people.fenced(customer_id, fence) as connection:
                return self._commit(connection, turn)
        except LostLease:
            raise
        except Conflict:
            # Somebody changed the conversation (a hand-back, say): think again on what it is now.
            with self._store.people.fenced(customer_id, fence) as connection:
                self._store.turns.put(connection, turn.model_copy(update={"result": ""}))
            return "moved_on"

    # before the model

    def _open(self, customer_id: str, fence: int) -> tuple[OpenTurn, Sequence[StoredMessage], Conversation] | None:
        with self._store.people.fenced(customer_id, fence) as connection:
            customer = self._store.people.get(customer_id)
            messages = self._worth_a_turn(connection, customer)
            turn = self._begun(connection, customer_id, messages)
            if not messages:
                return None
            conversation = self._conversation(connection, customer)
            turn = turn or self._new_turn(customer_id, conversation)
            if turn.last_position == 0:
                turn = turn.model_copy(update={"last_position": messages[-1].position})
            answered = [message for message in messages if message.position <= turn.last_position]
            self._store.turns.put(connection, turn)
            self._store.inbox.count_attempt(connection, answered, weight=_START)
        return turn, answered, conversation

    def _begun(self, connection: Connection, customer_id: str, messages: Sequence[StoredMessage]) -> OpenTurn | None:
        """The turn that is open for these messages. One whose own messages no longer wait (a person took over while
        its worker was dead) is closed: what comes now is another turn."""
        turn = self._store.turns.get(customer_id)
        if turn is None or (messages and (turn.last_position == 0 or messages[0].position <= turn.last_position)):
            return turn
        self._store.turns.close(connection, turn)
        return None

    def _worth_a_turn(self, connection: Connection, customer: Customer) -> list[StoredMessage]:
        waiting = self._store.inbox.waiting(customer.customer_id)
        with_person = bool(waiting) and self._store.people.is_handed_off(connection, customer.customer_id)
        messages: list[StoredMessage] = []
        for message in waiting:
            if self._opinions.take(message, customer, with_person=with_person):
                self._store.inbox.settle(connection, [message], tracking_id=None, reason=Reason.FEEDBACK)
            else:
                messages.append(message)
        if with_person:
            self._store.inbox.settle(connection, messages, tracking_id=None, reason=Reason.HANDED_OFF)
            return []
        limit = self._settings.turn_attempts * (_START + _FAULT)
        if any(message.attempts >= limit for message in messages):
            self._give_up(connection, customer, messages)
            return []
        return messages

    def _give_up(self, connection: Connection, customer: Customer, messages: Sequence[StoredMessage]) -> None:
        turn = self._store.turns.get(customer.customer_id)
        for message in messages:
            self._store.inbox.mark(connection, message.webhook.message_sid, InboundState.FAILED, reason="attempts")
        if turn:
            self._store.turns.close(connection, turn)
        noticed = self._is_noticed(connection, customer)
        drafts = apology_drafts(self._settings, turn.tracking_id if turn else new_id(), noticed=noticed)
        self._store.outbox.add(connection, customer.customer_id, drafts)
        _log.error("turn_failed", customer=customer.customer_id, tracking_id=turn and turn.tracking_id)

    def _is_noticed(self, connection: Connection, customer: Customer) -> bool:
        """They have the privacy notice, or it is on its way; one that was refused or stopped is written again."""
        return customer.noticed_at is not None or has_notice(connection, customer.customer_id)

    def _conversation(self, connection: Connection, customer: Customer) -> Conversation:
        store = self._store.core.conversations
        if customer.conversation_id:
            return store.get(customer.conversation_id)
        conversation_id = new_id()
        created = store.create(
            channel=CHANNEL,
            customer_key=customer.customer_id,
            release_id=self._bots.release_for(conversation_id),
            conversation_id=conversation_id,
        )
        self._store.people.change(connection, customer.customer_id, conversation_id=conversation_id)
        return created

    def _new_turn(self, customer_id: str, conversation: Conversation) -> OpenTurn:
        return OpenTurn(
            customer_id=customer_id,
            tracking_id=new_id(),
            generation=0,
            last_position=0,
            release_id=self._bots.release_for(conversation.conversation_id),
            result="",
            started_at=utc_now(),
        )

    # after the model

    def _keep(self, turn: OpenTurn, fence: int, result: TurnResult, version: int) -> None:
        with self._store.people.fenced(turn.customer_id, fence) as connection:
            self._store.turns.finish(connection, turn.customer_id, result_to_json(result, version=version))
        count_turn(self._metrics, result.trace)

    def _stumbled(self, turn: OpenTurn, messages: Sequence[StoredMessage], error: Exception) -> str:
        with self._store.database.write() as connection:
            self._store.inbox.count_attempt(connection, messages, weight=_FAULT)
        self._metrics.errors.labels(type(error).__name__).inc()
        _log.error("turn_stumbled", tracking_id=turn.tracking_id, error=type(error).__name__)
        return "stumbled"

    def _commit(self, connection: Connection, turn: OpenTurn) -> str:
        waiting = self._store.inbox.waiting(turn.customer_id)
        answered = [message for message in waiting if message.position <= turn.last_position]
        newer = waiting[len(answered) :]
        if self._store.people.is_handed_off(connection, turn.customer_id):
            # A person took over while the model was thinking: the answer is theirs to give.
            self._store.inbox.settle(connection, answered, tracking_id=None, reason=Reason.HANDED_OFF)
            self._store.turns.close(connection, turn)
            return "handed_off"
        if not answered:
            # Somebody else answered for its messages: it must not answer for those that came later.
            self._store.turns.close(connection, turn)
            return "moved_on"
        if newer and turn.generation == 0:
            again = turn.model_copy(update={"generation": 1, "last_position": 0, "result": ""})
            self._store.turns.put(connection, again)
            return "again"
        self._log_turn(connection, turn, answered)
        return "committed"

    def _log_turn(self, connection: Connection, turn: OpenTurn, answered: Sequence[StoredMessage]) -> None:
        result, version = result_from_json(turn.result)
        customer = self._store.people.get(turn.customer_id)
        assert customer.conversation_id
        before = self._store.core.conversations.get(customer.conversation_id)
        self._store.core.conversations.append_turn(
            customer.conversation_id,
            [message.webhook.as_message() for message in answered],
            result,
            expected_version=version,
        )
        self._store.core.profiles.put(CHANNEL, turn.customer_id, result.state.profile)
        drafts = turn_drafts(
            self._settings,
            turn.tracking_id,
            result.reply,
            before=before.state,
            after=result.state,
            noticed=self._is_noticed(connection, customer),
            waited=utc_now() - min(message.received_at for message in answered),
        )
        self._store.outbox.add(connection, turn.customer_id, drafts)
        self._store.inbox.settle(connection, answered, tracking_id=turn.tracking_id)
        if result.state.handed_off and not before.state.handed_off:
            self._store.people.hand_off(connection, turn.customer_id, who="customer", reason="asked for a person")
        self._store.turns.close(connection, turn)
        _log.info("turn", customer=turn.customer_id, tracking_id=turn.tracking_id, messages=len(answered))


def _intents(result: TurnResult) -> str:
    return ",".join(result.trace.intention.names()) if result.trace.intention else ""
