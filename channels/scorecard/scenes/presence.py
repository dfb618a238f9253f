"""S10: the reply is written, and before it goes out a person takes over, the customer leaves, or the window closes."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import func, select

from bot_core.messages import utc_now
from channels.sandbox.wire import FakeMessage
from channels.scorecard.load import address, single
from channels.scorecard.rows import Row, zero
from channels.scorecard.scenes.storm import CONFIRMED
from channels.scorecard.stage import Stage
from channels.store.tables import outbox

_FIRST = 400_000


def play(stage: Stage, *, each: int, patience: float) -> list[Row]:
    taken, leaving, late = (range(_FIRST + n * each, _FIRST + (n + 1) * each) for n in range(3))
    everybody = [*taken, *leaving, *late]
    stage.faults.closed |= {address(one) for one in everybody}
    first = [single(one, 0, 0.0) for one in everybody]
    stage.write(first, expect=False)
    _written(stage, len(everybody))
    for one in taken:
        _take_over(stage, one, by_command=one == taken[0])
    goodbyes = [single(one, 1, 0.0, "BAJA") for one in leaving]
    stage.write(goodbyes)
    for one in late:
        _age(stage, one)
    _off_the_wire(stage)
    stage.faults.closed.clear()
    stage.settled(patience)
    # To a person, not to the bot.
    more = [single(one, 1, 0.0) for one in taken]
    stage.write(more, expect=False)
    stage.settled(patience)
    stage.silent |= {post.sid: "stopped before sending" for post in first} | {post.sid: "handed_off" for post in more}
    return [
        zero("S10", "sends after a person took over", sum(len(_to(stage, one)) for one in taken)),
        zero("S10", "sends after an opt-out but its confirmation", sum(_beyond(_to(stage, one)) for one in leaving)),
        zero("S10", "free texts outside the 24-hour window", sum(len(_to(stage, one)) for one in late)),
    ]


def _written(stage: Stage, customers: int) -> None:
    """Until each of them has a reply in the outbox, which Twilio is not yet taking."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        pending = select(func.count(func.distinct(outbox.c.customer_id))).where(
            outbox.c.kind == "reply", outbox.c.state.in_(("pending", "sending"))
        )
        with stage.store.database.read() as connection:
            if int(connection.scalar(pending) or 0) >= customers:
                return
        time.sleep(0.05)


def _off_the_wire(stage: Stage) -> None:
    """Until none is under way that was looked at before all this: between the look and Twilio's answer lie moments that
    no check can close, and here Twilio must still refuse what was sent in them."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        under_way = select(func.count()).where(outbox.c.state == "sending")
        with stage.store.database.read() as connection:
            if not connection.scalar(under_way):
                return
        time.sleep(0.01)


def _take_over(stage: Stage, customer: int, *, by_command: bool) -> None:
    if by_command:
        stage.fleet.run("take-over", f"take-over {address(customer)} --who scorecard")
        return
    customer_id = stage.store.people.find(address(customer))[0].customer_id
    with stage.store.database.write() as connection:
        stage.store.people.hand_off(connection, customer_id, who="scorecard", reason="scorecard")


def _age(stage: Stage, customer: int) -> None:
    """As if the customer had written a day ago."""
    customer_id = stage.store.people.find(address(customer))[0].customer_id
    with stage.store.database.write() as connection:
        stage.store.people.change(connection, customer_id, last_inbound_at=utc_now() - timedelta(hours=25))


def _to(stage: Stage, customer: int) -> list[FakeMessage]:
    return stage.twilio.sent_to(address(customer))


def _beyond(sent: list[FakeMessage]) -> int:
    confirmations = sum(CONFIRMED in message.body for message in sent)
    return len(sent) - min(confirmations, 1)
