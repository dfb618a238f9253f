"""The baselines on the same load, judged by what customers and the model saw: they have no database to ask."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from channels.sandbox.wire import FakeMessage
from channels.scorecard.load import Load, LoadPlan, generate
from channels.scorecard.paid import asked_again
from channels.scorecard.rows import Row, at_least, at_most, quantile, zero
from channels.scorecard.scenes import attack, replay, storm
from channels.scorecard.scenes.storm import CONFIRMED
from channels.scorecard.stage import CALLS_AT_ONCE, Setting, Stage, stage
from channels.scorecard.wire import doubles, outbox_id

PLAN = LoadPlan(customers=60, bursts_each=3, seconds=40.0)
KILLS = 12
_PATIENCE = 60.0
_TURNED = 0.3
"""Seconds: within a burst the network may turn messages round itself."""


def compare(kind: str, *, seed: int = 7, plan: LoadPlan = PLAN, kills: int = KILLS) -> list[Row]:
    """`kind` is a shim's name, or "" for the product itself on SQLite, on the very same load."""
    workers = 0 if kind else 1
    with (
        tempfile.TemporaryDirectory(prefix="kavak-scorecard-") as folder,
        stage(Setting(workers=workers, shim=kind), Path(folder), seed=seed) as on,
    ):
        return _rows(on, generate(replace(plan, seed=seed, media_url=on.foreign.media_url)), kills, plan.seconds)


def _rows(on: Stage, load: Load, kills: int, seconds: float) -> list[Row]:
    reaper = storm.Reaper(on, kills, seconds, seed=on.seed)
    attacker = threading.Thread(target=attack.play, args=(on, load.posts), daemon=True)
    reaper.start()
    attacker.start()
    hits = on.write(load.posts)
    reaper.finish()
    attacker.join()
    on.settled(_PATIENCE)
    sent = list(on.twilio.outbound)
    acks = [1000 * hit.seconds for hit in hits if hit.status == 200]
    forged = sum(count for name, count in on.statuses.items() if name.startswith("forged") and "403" not in name)
    rows = [
        zero("S1", "messages lost", len(_lost(on, load, sent)), f"of {len(load.sids)}"),
        zero("S2", "double replies", doubles(sent)),
        zero("S3", "customers answered out of order", _disorder(on, load, sent)),
        zero("S4", "two turns of one customer at once", on.model.side_by_side),
        zero("S5", "forged webhooks accepted", forged),
        at_most("S6", "ack p50, ms", quantile(acks, 0.5), 25, timed=True),
        at_most("S6", "ack p99, ms", quantile(acks, 0.99), 250, timed=True),
        zero("S10", "sends after an opt-out but its confirmation", _after_goodbye(load, sent)),
        at_least("S13", "bursts answered once", _bursts_at_once(on, load, sent), 0.99),
        at_most("S14", "model calls at once", on.model.peak, CALLS_AT_ONCE),
        zero("S19", "hostile requests that made a 500", on.statuses["hostile 500"]),
        zero("paid", "model answers paid twice", len(asked_again(on.model.calls))),
    ]
    return [*rows[:7], *replay.play(on, most=200), *rows[7:]]


def _answers(on: Stage, sent: list[FakeMessage]) -> dict[str, list[FakeMessage]]:
    """MessageSid → the replies that answer it."""
    found: dict[str, list[FakeMessage]] = defaultdict(list)
    for message in sent:
        for sid in _answered_by(on, outbox_id(message)):
            found[sid].append(message)
    return found


def _answered_by(on: Stage, identifier: str) -> list[str]:
    if on.setting.shim:
        return [identifier]
    if not identifier.endswith("-reply"):
        return []
    turn = on.store.core.conversations.turn(identifier.removesuffix("-reply"))
    return [message.message_id for message in turn.messages]


def _lost(on: Stage, load: Load, sent: list[FakeMessage]) -> set[str]:
    """Without a reply, and not of somebody who has left meanwhile."""
    staying = {post.sid for post in load.posts if post.form["From"] not in load.leavers}
    refused = set() if on.setting.shim else {sid for sid in staying if _is_refused(on, sid)}
    return staying - set(_answers(on, sent)) - refused


def _is_refused(on: Stage, sid: str) -> bool:
    from channels.scorecard.outcome import outcomes

    one = outcomes(on.store).get(sid)
    return one is not None and one.is_answered


def _disorder(on: Stage, load: Load, sent: list[FakeMessage]) -> int:
    """Customers whose replies do not come in the order in which their messages were taken."""
    written = {post.sid: max(post.moments[0], 0.0) for post in load.posts}
    answered: dict[str, list[float]] = defaultdict(list)
    for message in sent:
        moments = [written[sid] for sid in _answered_by(on, outbox_id(message)) if sid in written]
        if moments:
            answered[message.recipient].append(max(moments))
    return sum(any(after < before - _TURNED for before, after in pairwise(order)) for order in answered.values())


def _after_goodbye(load: Load, sent: list[FakeMessage]) -> int:
    goodbyes = {post.form["From"]: post.sid for post in load.posts if post.form["Body"] == "BAJA"}
    wrong = 0
    for leaver, sid in goodbyes.items():
        theirs = [message for message in sent if message.recipient == leaver]
        last = [index for index, one in enumerate(theirs) if outbox_id(one) == sid or CONFIRMED in one.body]
        # A baseline that answers a goodbye with anything but its confirmation has sent one too many.
        wrong += (len(theirs) - 1 - last[0]) + (CONFIRMED not in theirs[last[0]].body) if last else 0
    return wrong


def _bursts_at_once(on: Stage, load: Load, sent: list[FakeMessage]) -> float:
    answers = _answers(on, sent)
    bursts = [sids for sids in load.bursts.values() if len(sids) > 1]
    once = sum(len(Counter(id(one) for sid in sids for one in answers.get(sid, []))) == 1 for sids in bursts)
    return once / len(bursts) if bursts else 1.0
