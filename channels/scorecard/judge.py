"""What a whole run left behind, against the promises: counted from the database and the fakes, never from ourselves."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise

from sqlalchemy import select

from bot_core.messages import MAX_REPLY_CHARS
from channels.sandbox.wire import FakeMessage
from channels.scorecard.leaks import leaks
from channels.scorecard.outcome import Outcome, outcomes
from channels.scorecard.paid import paid_rows
from channels.scorecard.rows import Row, at_least, at_most, told, zero
from channels.scorecard.stage import CALLS_AT_ONCE, QUIET, SENDS_PER_SECOND, Stage
from channels.scorecard.wire import doubles, outbox_id
from channels.store.records import InboundState, OutboxKind
from channels.store.statuses import merged
from channels.store.tables import outbox

_MOST_JOINED = 1500
_LONGEST_BURST = 2.0
_EXAMPLES = 3


def judge(stage: Stage) -> list[Row]:
    found = outcomes(stage.store)
    sent = [message for message in stage.twilio.outbound if outbox_id(message)]
    turns = _turns(stage)
    return [
        told("load", "webhooks in all scenes", stage.webhooks),
        _lost(stage, found),
        zero("S2", "double replies", doubles(sent) + _answered_twice(turns), f"{len(sent)} messages sent"),
        zero("S3", "order violations", _turns_out_of_order(turns, found) + _sends_out_of_order(stage, sent)),
        zero("S4", "two turns of one customer at once", stage.model.side_by_side),
        *_mistrust(stage.statuses),
        zero("S11", "messages over 1,600 characters", sum(len(one.body) > MAX_REPLY_CHARS for one in sent)),
        _end_states(stage, sent),
        _bursts_at_once(stage, found),
        at_most("S14", "model calls at once", stage.model.peak, CALLS_AT_ONCE),
        at_most("S14", "sends within one second", _most_in_a_second(sent), SENDS_PER_SECOND),
        zero("S15", "personal data and secrets in logs and queue", leaks(stage)),
        zero("S17", "fetches from foreign hosts", stage.foreign.fetched),
        _joins(stage, found),
        *paid_rows(stage.model.calls, stage.kept_at_death),
    ]


def _lost(stage: Stage, found: Mapping[str, Outcome]) -> Row:
    unanswered = [sid for sid in stage.answered if not _has_ended(stage, found.get(sid))]
    forgotten = [sid for sid in stage.silent if sid not in found or found[sid].state == InboundState.RECEIVED]
    lost = [*unanswered, *forgotten]
    detail = f"of {len(stage.answered)} that had to be answered"
    for sid in lost[:_EXAMPLES]:
        detail += "; " + (found[sid].told if sid in found else "never stored")
    return zero("S1", "messages lost", len(lost), detail)


def _has_ended(stage: Stage, one: Outcome | None) -> bool:
    return one is not None and (one.is_answered or (one.is_cancelled and one.sid in stage.cancellable))


def _turns(stage: Stage) -> list[list[list[str]]]:
    """Conversations → turns → MessageSids."""
    conversations = stage.store.core.conversations
    found: list[list[list[str]]] = []
    cursor: str | None = None
    while True:
        page = conversations.list(limit=500, cursor=cursor)
        for one in page.items:
            turns = conversations.turns(one.conversation_id)
            found.append([[message.message_id for message in turn.messages] for turn in turns])
        cursor = page.cursor
        if cursor is None:
            return found


def _answered_twice(conversations: list[list[list[str]]]) -> int:
    counts = Counter(sid for turns in conversations for turn in turns for sid in turn)
    return sum(count - 1 for count in counts.values())


def _turns_out_of_order(conversations: list[list[list[str]]], found: Mapping[str, Outcome]) -> int:
    wrong = 0
    for turns in conversations:
        order = [found[sid].position for turn in turns for sid in turn if sid in found]
        wrong += order != sorted(order)
    return wrong


def _sends_out_of_order(stage: Stage, sent: list[FakeMessage]) -> int:
    with stage.store.database.read() as connection:
        place = {
            row.outbox_id: row.position for row in connection.execute(select(outbox.c.outbox_id, outbox.c.position))
        }
    places: dict[str, list[int]] = defaultdict(list)
    for message in sent:
        if outbox_id(message) in place:
            places[message.recipient].append(place[outbox_id(message)])
    return sum(order != sorted(order) for order in places.values())


def _mistrust(statuses: Counter[str]) -> list[Row]:
    forged = {name: count for name, count in statuses.items() if name.startswith("forged")}
    accepted = sum(count for name, count in forged.items() if name != "forged 403")
    refused = sum(statuses[f"genuine {status}"] for status in (400, 403, 413, 415))
    hostile = sum(count for name, count in statuses.items() if name.startswith("hostile"))
    return [
        zero("S5", "forged webhooks accepted", accepted, f"{sum(forged.values())} tried"),
        zero("S5", "genuine webhooks refused", refused, f"{statuses['genuine 200']} taken"),
        zero("S19", "hostile requests that made a 500", statuses["hostile 500"], f"{hostile} tried"),
    ]


def _end_states(stage: Stage, sent: list[FakeMessage]) -> Row:
    """Whatever the order of the reports, the end is what says most of them."""
    with stage.store.database.read() as connection:
        rows = connection.execute(select(outbox.c.message_sid, outbox.c.delivery)).all()
    known = {row.message_sid: row.delivery for row in rows}
    wrong = told_of = 0
    for message in sent:
        if message.reported and message.sid in known:
            expected = ""
            for status in message.reported:
                expected = merged(expected, status)
            told_of += 1
            wrong += known[message.sid] != expected
    detail = f"{told_of} messages, {len(stage.reports.orders)} of 24 orders of four reports"
    return zero("S12", "messages whose end state depends on the order", wrong, detail)


def _bursts_at_once(stage: Stage, found: Mapping[str, Outcome]) -> Row:
    """Bursts that reached us as bursts: a dead web process may have spread one over seconds."""
    whole = all_of = spread = 0
    for sids in stage.bursts.values():
        stored = sorted((found[sid] for sid in sids if sid in found), key=lambda one: one.received_at)
        if len(sids) < 2 or len(stored) < len(sids):
            continue
        moments = [one.received_at.timestamp() for one in stored]
        gaps = [after - before for before, after in pairwise(moments)]
        if max(gaps) >= QUIET or moments[-1] - moments[0] >= _LONGEST_BURST:
            spread += 1
            continue
        all_of += 1
        whole += len({one.tracking_id for one in stored}) == 1
    detail = f"{all_of} bursts; {spread} more were spread out by kills"
    return at_least("S13", "bursts answered once", whole / all_of if all_of else 1.0, 0.99, detail, timed=True)


def _most_in_a_second(sent: list[FakeMessage]) -> int:
    moments = sorted(message.created_at.timestamp() for message in sent)
    first = most = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def _joins(stage: Stage, found: Mapping[str, Outcome]) -> Row:
    """From the message by its tracking_id to the logged turn, to the outbox, to what Twilio has."""
    replied = [one for one in found.values() if one.state == InboundState.REPLIED and one.tracking_id]
    chosen = random.Random(stage.seed).sample(replied, min(_MOST_JOINED, len(replied)))
    good = 0
    for one in chosen:
        sids = [message.message_id for message in stage.store.core.conversations.turn(str(one.tracking_id)).messages]
        out = stage.store.outbox.get(f"{one.tracking_id}-{OutboxKind.REPLY.value}")
        good += one.sid in sids and out.message_sid in stage.twilio.messages
    share = good / len(chosen) if chosen else 0.0
    return at_least("S18", "tracking_id joins", share, 1.0, f"{len(chosen)} messages")
