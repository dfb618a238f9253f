"""A conversation as the bubbles of a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from bot_core.messages import InboundMessage
from bot_core.store.records import ConversationLog, FeedbackValue, SpokenTurn
from workbench import session
from workbench.components.phone.phone import Bubble, Ticks, written_out
from workbench.runner.network import is_delivered
from workbench.runner.replies import Waiting
from workbench.texts.texts import text

StoredTurn: TypeAlias = SpokenTurn | ConversationLog
_MOST_KEPT = 20_000
_written_turns: dict[tuple[object, ...], str] = {}
"""Turns as the browser reads them, by all that decides what is written: a page draws the same turns in every run, and
a stored turn never changes. About a kilobyte each."""


def bubbles(turns: Sequence[StoredTurn], waiting: Waiting, *, selected: str | None) -> str:
    """What `phone` draws. `selected` is the tracking_id of the reply that is explained beside the phone."""
    ratings = session.workbench().opinions.of([turn.tracking_id for turn in turns])
    language = session.language()
    parts = [
        _turn(turn, ratings.get(turn.tracking_id), language, selected=turn.tracking_id == selected) for turn in turns
    ]
    parts.append(written_out(_waiting(turns, waiting)))
    return ",".join(part for part in parts if part)


def _turn(turn: StoredTurn, rating: FeedbackValue | None, language: str, *, selected: bool) -> str:
    names = tuple([message.message_id for message in turn.messages])
    look = (turn.tracking_id, names, rating, language, selected)
    written = _written_turns.get(look)
    if written is None:
        written = written_out(_bubbles(turn, rating, selected=selected))
        if len(_written_turns) >= _MOST_KEPT:
            _written_turns.clear()
        _written_turns[look] = written
    return written


def _bubbles(turn: StoredTurn, rating: FeedbackValue | None, *, selected: bool) -> Iterator[Bubble]:
    yield from _written(turn.messages, session.workbench().replies.repeated)
    yield Bubble(
        id=turn.tracking_id,
        side="in",
        text=turn.reply.text,
        at=turn.created_at,
        turn=turn.tracking_id,
        buttons=turn.reply.quick_replies,
        rating=rating.value if rating else None,
        selected=selected,
        note=None if is_delivered(turn) else text("phone.undelivered"),
    )


def _waiting(turns: Sequence[StoredTurn], waiting: Waiting) -> Iterator[Bubble]:
    """What has no answer yet, as far as it has come."""
    parts: tuple[tuple[tuple[InboundMessage, ...], Ticks], ...] = (
        (waiting.reading, "read"),
        (waiting.queued, "delivered"),
        (waiting.travelling, "sent"),
    )
    if not any(messages for messages, _ in parts):
        return
    answered = {message.message_id for turn in turns for message in turn.messages}
    for messages, ticks in parts:
        fresh = [message for message in messages if message.message_id not in answered]
        yield from _written(fresh, session.workbench().replies.repeated, stored=False, ticks=ticks)


def _written(
    messages: Iterable[InboundMessage],
    repeated: Callable[[str], bool],
    *,
    stored: bool = True,
    ticks: Ticks = "read",
) -> Iterator[Bubble]:
    for message in messages:
        yield Bubble(
            id=message.message_id,
            side="out",
            text=message.text,
            at=message.sent_at,
            ticks=ticks,
            stored=stored,
            kind=message.kind,
            note=text("phone.twice") if repeated(message.message_id) else None,
        )
