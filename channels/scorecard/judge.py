"""What the run left behind, against the promises. Every figure is counted from the database and the two fakes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot_core.messages import MAX_REPLY_CHARS
from channels.sandbox.dev import TOKEN
from channels.sandbox.model_server import SlowModel
from channels.sandbox.twilio_server import TwilioServer
from channels.sandbox.wire import FakeMessage
from channels.scorecard.load import Load
from channels.store.records import InboundState, OutboxKind, StoredMessage
from channels.store.store import ChannelStore

_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: `value` against `mark`."""

    name: str
    what: str
    value: float
    mark: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    load: Load
    store: ChannelStore
    twilio: TwilioServer
    model: SlowModel
    logs: str
    queue_file: Path | None
    acks: list[float]
    """Seconds of each answered webhook."""
    answers: Counter[str]
    """"genuine 200", "forged 403" … → how many."""
    new_turns_after_replay: int
    model_limit: int
    recovery_seconds: float
    recovery_mark: float
    kills: int


def judge(evidence: Evidence) -> list[Row]:
    messages = evidence.store.inbox.list(states=tuple(InboundState), limit=_ALL)
    sent = evidence.twilio.outbound
    return [
        _zero("S1", "messages lost", _lost(evidence, messages)),
        _zero("S2", "double replies", _doubles(sent) + _answered_twice(evidence, messages)),
        _zero("S3", "order violations", _disorder(evidence, messages, sent)),
        _zero("S4", "two turns of one customer at once", evidence.model.side_by_side),
        _zero("S5", "forged accepted + genuine refused", _mistrust(evidence.answers)),
        _at_most("S6", "ack p99 ms", 1000 * _quantile(evidence.acks, 0.99), 250),
        _at_most("S6b", "ack p50 ms", 1000 * _quantile(evidence.acks, 0.5), 25),
        _zero("S7", "new turns after replaying everything", evidence.new_turns_after_replay),
        _at_most("S8", "recovery after kill -9, s", evidence.recovery_seconds, evidence.recovery_mark),
        _zero("S10", "sends after an opt-out", _after_opt_out(evidence, sent)),
        _zero("S11", "messages over 1,600 characters", sum(len(one.body) > MAX_REPLY_CHARS for one in sent)),
        _share("S13", "bursts answered once", _bursts_at_once(evidence.load, messages), 0.99),
        _at_most("S14", "model calls at once", evidence.model.peak, evidence.model_limit),
        _zero("S15", "personal data and secrets in logs and queue", _leaks(evidence)),
        _share("S18", "tracking_id joins", _joins(evidence, messages), 1.0),
        _zero("S19", "hostile requests that made a 500", evidence.answers["hostile 500"]),
        # An answer that was on the wire when its worker was killed is lost; nothing that was stored is.
        _at_most("paid", "model calls paid twice", evidence.model.paid_twice, 2 * evidence.kills),
    ]


def _lost(evidence: Evidence, messages: tuple[StoredMessage, ...]) -> int:
    done = {message.webhook.message_sid for message in messages if message.state is InboundState.REPLIED}
    return len(evidence.load.sids - done)


def _outbox_id(message: FakeMessage) -> str:
    return parse_qs(urlsplit(message.status_callback or "").query).get("o", [""])[0]


def _doubles(sent: list[FakeMessage]) -> int:
    return sum(count - 1 for count in Counter(_outbox_id(message) for message in sent).values())


def _turns(evidence: Evidence) -> dict[str, list[list[str]]]:
    """Customer → turns → MessageSids."""
    conversations = evidence.store.core.conversations
    found: dict[str, list[list[str]]] = {}
    cursor: str | None = None
    while True:
        page = conversations.list(limit=500, cursor=cursor)
        for one in page.items:
            turns = conversations.turns(one.conversation_id)
            found[one.customer_key] = [[message.message_id for message in turn.messages] for turn in turns]
        cursor = page.cursor
        if cursor is None:
            return found


def _answered_twice(evidence: Evidence, messages: tuple[StoredMessage, ...]) -> int:
    del messages
    counts = Counter(sid for turns in _turns(evidence).values() for turn in turns for sid in turn)
    return sum(count - 1 for count in counts.values())


def _disorder(evidence: Evidence, messages: tuple[StoredMessage, ...], sent: list[FakeMessage]) -> int:
    position = {message.webhook.message_sid: message.position for message in messages}
    wrong = 0
    for turns in _turns(evidence).values():
        order = [position[sid] for turn in turns for sid in turn]
        wrong += order != sorted(order)
    places: dict[str, list[int]] = defaultdict(list)
    for message in sent:
        places[message.recipient].append(evidence.store.outbox.get(_outbox_id(message)).position)
    return wrong + sum(order != sorted(order) for order in places.values())


def _mistrust(answers: Counter[str]) -> int:
    forged = sum(count for name, count in answers.items() if name.startswith("forged") and name != "forged 403")
    refused = answers["genuine 403"] + answers["genuine 400"] + answers["genuine 413"] + answers["genuine 415"]
    return forged + refused


def _after_opt_out(evidence: Evidence, sent: list[FakeMessage]) -> int:
    wrong = 0
    for leaver in evidence.load.leavers:
        bodies = [message.body for message in sent if message.recipient == leaver]
        confirmed = [index for index, body in enumerate(bodies) if "ya no te enviaré" in body]
        wrong += len(bodies) - 1 - confirmed[0] if confirmed else 1
    return wrong


def _bursts_at_once(load: Load, messages: tuple[StoredMessage, ...]) -> float:
    turn = {message.webhook.message_sid: message.tracking_id for message in messages}
    bursts = [sids for sids in load.bursts.values() if len(sids) > 1]
    whole = sum(len({turn.get(sid) for sid in sids}) == 1 for sids in bursts)
    return whole / len(bursts) if bursts else 1.0


def _leaks(evidence: Evidence) -> int:
    queue = b""
    if evidence.queue_file:
        for path in evidence.queue_file.parent.glob(evidence.queue_file.name + "*"):
            queue += path.read_bytes()
    forbidden = {TOKEN, "X-Twilio-Signature", "Cliente"}
    for post in evidence.load.posts[:300]:
        forbidden |= {post.form["From"], post.form["WaId"], post.form["Body"]} - {"BAJA"}
    return sum(word in evidence.logs or word.encode() in queue for word in forbidden)


def _joins(evidence: Evidence, messages: tuple[StoredMessage, ...]) -> float:
    replied = [message for message in messages if message.state is InboundState.REPLIED]
    good = 0
    for message in replied:
        outbox_id = f"{message.tracking_id}-{OutboxKind.REPLY.value}"
        sids = [one.message_id for one in evidence.store.core.conversations.turn(str(message.tracking_id)).messages]
        good += message.webhook.message_sid in sids and evidence.store.outbox.get(outbox_id).message_sid is not None
    return good / len(replied) if replied else 0.0


def _zero(name: str, what: str, value: float) -> Row:
    return Row(name, what, value, "0", value == 0)


def _at_most(name: str, what: str, value: float, mark: float) -> Row:
    return Row(name, what, round(value, 2), f"≤ {mark:g}", value <= mark)


def _share(name: str, what: str, value: float, mark: float) -> Row:
    return Row(name, what, round(value, 4), f"≥ {mark:g}", value >= mark)


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
