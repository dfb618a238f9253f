"""A conversation as the bubbles of a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot_core.messages import InboundMessage
from bot_core.store.records import ConversationLog
from workbench import session
from workbench.components.phone.phone import Bubble, Ticks
from workbench.runner.network import is_delivered
from workbench.runner.replies import Waiting
from workbench.texts.texts import text


def bubbles(turns: Sequence[ConversationLog], waiting: Waiting, *, selected: str | None) -> tuple[Bubble, ...]:
    """`selected` is the tracking_id of the reply that is explained beside the phone."""
    return tuple(_bubbles(turns, waiting, selected))


def _bubbles(turns: Sequence[ConversationLog], waiting: Waiting, selected: str | None) -> Iterator[Bubble]:
    bench = session.workbench()
    ratings = bench.opinions.of([turn.tracking_id for turn in turns])
    repeated = bench.replies.repeated
    for turn in turns:
        opinion = ratings.get(turn.tracking_id)
        yield from _written(turn.messages, repeated)
        yield Bubble(
            id=turn.tracking_id,
            side="in",
            text=turn.reply.text,
            at=turn.created_at,
            turn=turn.tracking_id,
            buttons=turn.reply.quick_replies,
            rating=opinion.value if opinion else None,
            selected=turn.tracking_id == selected,
            note=None if is_delivered(turn) else text("phone.undelivered"),
        )
    answered = {message.message_id for turn in turns for message in turn.messages}
    parts: tuple[tuple[tuple[InboundMessage, ...], Ticks], ...] = (
        (waiting.reading, "read"),
        (waiting.queued, "delivered"),
        (waiting.travelling, "sent"),
    )
    for messages, ticks in parts:
        fresh = [message for message in messages if message.message_id not in answered]
        yield from _written(fresh, repeated, stored=False, ticks=ticks)


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
