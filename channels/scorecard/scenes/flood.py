"""S14: one customer writes without end. The others must not wait for it, and no limit is passed."""

from __future__ import annotations

from channels.sandbox.model_server import Mood
from channels.scorecard.load import Post, address, single
from channels.scorecard.outcome import outcomes
from channels.scorecard.rows import Row, at_most, quantile, zero
from channels.scorecard.stage import SENDER_PER_MINUTE, Stage
from channels.store.records import InboundState, Reason

_FIRST = 500_000
_FLOODER = 599_999
_STEADY = Mood(seconds=(0.3, 0.3))
_FLOOD_PER_SECOND = 20


def play(stage: Stage, *, customers: int, seconds: float, patience: float) -> list[Row]:
    """The same others twice, with the same model: once alone, once beside the flooder."""
    shares, stage.faults.shares = stage.faults.shares, ()
    flood = [single(_FLOODER, n, n / _FLOOD_PER_SECOND) for n in range(int(_FLOOD_PER_SECOND * seconds))]
    with stage.model.in_mood(_STEADY):
        alone = _waits(stage, 0, customers, seconds, (), patience)
        beside = _waits(stage, 1, customers, seconds, flood, patience)
    stage.faults.shares = shares
    found = [outcomes(stage.store)[post.sid] for post in flood]
    limited = {one.sid for one in found if one.reason == Reason.LIMITED}
    stage.silent |= dict.fromkeys(limited, Reason.LIMITED.value)
    open_end = sum(not one.is_answered for one in found if one.sid not in limited)
    slower = 100 * (quantile(beside, 0.95) / max(quantile(alone, 0.95), 1e-9) - 1)
    detail = f"p95 of {customers} others: {quantile(alone, 0.95):.2f} s alone, {quantile(beside, 0.95):.2f} s beside it"
    return [
        at_most("S14", "a flooder moves others' p95, %", slower, 20, detail, timed=True),
        at_most("S14", "its messages answered in a minute", len(found) - len(limited), SENDER_PER_MINUTE),
        zero("S14", "its other messages not kept", sum(one.state == InboundState.RECEIVED for one in found) + open_end),
    ]


def _waits(
    stage: Stage, turn: int, customers: int, seconds: float, flood: list[Post] | tuple[()], patience: float
) -> list[float]:
    """Seconds from the webhook's answer to Twilio's taking the reply, for each of the others."""
    first = _FIRST + turn * customers
    posts = [single(first + n, 0, (n + 0.5) * seconds / customers) for n in range(customers)]
    hits = {hit.sid: hit for hit in stage.write([*posts, *flood])}
    stage.answered -= {post.sid for post in flood}
    stage.settled(patience)
    waits = []
    for number, post in enumerate(posts):
        sent = [one for one in stage.twilio.sent_to(address(first + number)) if "Hola" in one.body]
        if sent:
            waits.append(sent[-1].created_at.timestamp() - hits[post.sid].at)
    return waits
