"""Conversations and their turns in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_, update

from bot_core.errors import Conflict, NotFound
from bot_core.messages import BotReply, InboundMessage, new_id, utc_now
from bot_core.sessions.state import ConversationState
from bot_core.store.database import Database
from bot_core.store.records import (
    Conversation,
    ConversationHead,
    ConversationLog,
    ConversationPage,
    FinishedTurn,
    SpokenTurn,
)
from bot_core.store.rules import logged_turn, moved_on, next_conversation, page_cursor, read_cursor
from bot_core.store.sql.documents import messages_from_json, messages_to_json
from bot_core.store.sql.rows import insert_or_ignore
from bot_core.store.tables import conversations, turns
from bot_core.trace import TurnTrace


class SqlConversationStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, *, channel: str, customer_key: str, release_id: str, conversation_id: str | None = None
    ) -> Conversation:
        now = utc_now()
        conversation_id = conversation_id or new_id()
        conversation = Conversation(
            conversation_id=conversation_id,
            channel=channel,
            customer_key=customer_key,
            release_id=release_id,
            state=ConversationState(conversation_id=conversation_id),
            created_at=now,
            updated_at=now,
        )
        with self._database.write() as connection:
            values = conversation.model_dump(exclude={"state"}) | {"state": conversation.state.model_dump_json()}
            if not insert_or_ignore(connection, conversations, values):
                raise Conflict(f"conversation {conversation_id} exists")
        return conversation

    def get(self, conversation_id: str) -> Conversation:
        with self._database.read() as connection:
            return _read(connection, conversation_id)

    def head(self, conversation_id: str) -> ConversationHead:
        columns = [conversations.c[name] for name in ConversationHead.model_fields]
        statement = select(*columns).where(conversations.c.conversation_id == conversation_id)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound(f"no conversation {conversation_id}")
        return ConversationHead(**row._asdict())

    def find(self, channel: str, customer_key: str) -> Conversation | None:
        statement = (
            select(conversations)
            .where(conversations.c.channel == channel, conversations.c.customer_key == customer_key)
            .order_by(conversations.c.updated_at.desc(), conversations.c.conversation_id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return _conversation(row) if row else None

    def list(self, *, limit: int = 50, cursor: str | None = None, channel: str | None = None) -> ConversationPage:
        key = tuple_(conversations.c.updated_at, conversations.c.conversation_id)
        statement = select(conversations).order_by(
            conversations.c.updated_at.desc(), conversations.c.conversation_id.desc()
        )
        if channel is not None:
            statement = statement.where(conversations.c.channel == channel)
        if cursor is not None:
            statement = statement.where(key < read_cursor(cursor))
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit + 1)).all()
        items = tuple(_conversation(row) for row in rows[:limit])
        return ConversationPage(items=items, cursor=page_cursor(items[-1]) if len(rows) > limit else None)

    def append_turn(
        self,
        conversation_id: str,
        messages: Sequence[InboundMessage],
        turn: FinishedTurn,
        *,
        expected_version: int,
    ) -> Conversation:
        with self._database.write() as connection:
            after = _change(connection, conversation_id, turn.state, expected_version, turn.trace.release_id)
            last = connection.scalar(
                select(func.max(turns.c.position)).where(turns.c.conversation_id == conversation_id)
            )
            logged = logged_turn(after, (last or 0) + 1, messages, turn)
            if not insert_or_ignore(connection, turns, _turn_values(logged)):
                raise Conflict(f"turn {logged.tracking_id} is already logged")
        return after

    def replace_state(
        self, conversation_id: str, state: ConversationState, *, expected_version: int, release_id: str | None = None
    ) -> Conversation:
        with self._database.write() as connection:
            return _change(connection, conversation_id, state, expected_version, release_id)

    def turns(self, conversation_id: str) -> tuple[ConversationLog, ...]:
        statement = select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.position)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            if not rows:
                _read(connection, conversation_id)
        return tuple(logged_from(row) for row in rows)

    def spoken(self, conversation_id: str, *, after: int = 0) -> tuple[SpokenTurn, ...]:
        statement = (
            select(*(turns.c[name] for name in SpokenTurn.model_fields))
            .where(turns.c.conversation_id == conversation_id, turns.c.position > after)
            .order_by(turns.c.position)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            if not rows:
                _read(connection, conversation_id)
        return tuple(_spoken(row) for row in rows)

    def turn(self, tracking_id: str) -> ConversationLog:
        with self._database.read() as connection:
            row = connection.execute(select(turns).where(turns.c.tracking_id == tracking_id)).one_or_none()
        if row is None:
            raise NotFound(f"no turn {tracking_id}")
        return logged_from(row)


def _change(
    connection: Connection, conversation_id: str, state: ConversationState, version: int, release_id: str | None
) -> Conversation:
    before = _read(connection, conversation_id)
    after = next_conversation(before, state, expected_version=version, release_id=release_id)
    statement = (
        update(conversations)
        .where(conversations.c.conversation_id == conversation_id, conversations.c.version == version)
        .values(
            state=state.model_dump_json(),
            version=after.version,
            release_id=after.release_id,
            updated_at=after.updated_at,
        )
    )
    # PostgreSQL lets another writer in between the reading and here.
    if connection.execute(statement).rowcount != 1:
        raise moved_on(conversation_id, version)
    return after


def _next_position(connection: Connection, conversation_id: str) -> int:
    last = select(func.max(turns.c.position)).where(turns.c.conversation_id == conversation_id)
    return (connection.scalar(last) or 0) + 1


def _read(connection: Connection, conversation_id: str) -> Conversation:
    statement = select(conversations).where(conversations.c.conversation_id == conversation_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"no conversation {conversation_id}")
    return _conversation(row)


def _conversation(row: Row[Any]) -> Conversation:
    values = row._asdict()
    return Conversation(**values | {"state": ConversationState.model_validate_json(values["state"])})


def _spoken(row: Row[Any]) -> SpokenTurn:
    return SpokenTurn(
        tracking_id=row.tracking_id,
        position=row.position,
        messages=messages_from_json(row.messages),
        reply=BotReply.model_validate_json(row.reply),
        created_at=row.created_at,
    )


def _turn_values(logged: ConversationLog) -> dict[str, Any]:
    trace = logged.trace
    return {
        "tracking_id": logged.tracking_id,
        "conversation_id": logged.conversation_id,
        "position": logged.position,
        "messages": messages_to_json(logged.messages),
        "reply": logged.reply.model_dump_json(),
        "trace": trace.model_dump_json(),
        "release_id": trace.release_id,
        "input_tokens": trace.usage.input_tokens,
        "output_tokens": trace.usage.output_tokens,
        "cost_usd": trace.cost_usd,
        "seconds": trace.total_seconds,
        "used_fallback": trace.used_fallback,
        "created_at": logged.created_at,
    }


def logged_from(row: Row[Any]) -> ConversationLog:
    """From a row that holds the columns of `turns`."""
    return ConversationLog(
        conversation_id=row.conversation_id,
        position=row.position,
        messages=messages_from_json(row.messages),
        reply=BotReply.model_validate_json(row.reply),
        trace=TurnTrace.model_validate_json(row.trace),
        created_at=row.created_at,
    )
