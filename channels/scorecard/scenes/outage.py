"""S9: ten minutes without the web process. Part went to the fallback, the rest only Twilio knows; then `reconcile`."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot_core.messages import utc_now
from channels.sandbox.callbacks import inbound_message
from channels.sandbox.live import wait_until_live
from channels.sandbox.ports import free_port
from channels.scorecard.load import Load, Post, single
from channels.scorecard.outcome import outcomes, unanswered
from channels.scorecard.poster import post_all
from channels.scorecard.rows import Row, told, zero
from channels.scorecard.stage import Stage
from channels.scorecard.wire import doubles

_FIRST = 300_000
_OUTAGE = timedelta(minutes=10)
_ENDED = timedelta(minutes=2)
"""So long ago: the reconciler leaves the last minute to Twilio's own repetitions."""
_TAKEN = re.compile(r"(\d+) from the spool, (\d+) from Twilio's list")


def play(stage: Stage, *, customers: int, patience: float) -> list[Row]:
    stage.fleet.halt("web")
    posts = [single(_FIRST + number // 2, number % 2, 0.0) for number in range(2 * customers)]
    _remember(stage, posts)
    knocking = [replace(shot, tries=1) for shot in Load(posts[:5]).shots(stage.web)]
    knocked = post_all(stage.web, knocking, stage.folder)
    _spool(stage, posts[::3])
    stage.fleet.resume("web")
    # Late repetitions of some come while the reconciler is at work, and it runs twice.
    late = threading.Thread(target=post_all, args=(stage.web, Load(posts[1::3]).shots(stage.web), stage.folder))
    late.start()
    spooled, listed = _reconciled(stage)
    late.join()
    known = set(outcomes(stage.store))
    taken = sum(_reconciled(stage))
    # One that no late repetition brought either is rightly taken in now.
    again = taken - len(set(outcomes(stage.store)) - known)
    stage.settled(patience)
    lost = unanswered(stage.store, {post.sid for post in posts})
    sent = [message for customer in {post.form["From"] for post in posts} for message in stage.twilio.sent_to(customer)]
    detail = f"{len(posts)} messages: {spooled} from the fallback's files, {listed} from Twilio's list, the rest late"
    return [
        zero("S9", "lost in a 10-minute outage", len(lost), detail),
        zero("S9", "sent twice after it", doubles(sent)),
        zero("S9", "taken in once more by a second reconcile", again),
        told("S9", "webhooks that nobody answered meanwhile", sum(hit.status == 0 for hit in knocked)),
    ]


def _remember(stage: Stage, posts: Sequence[Post]) -> None:
    """Twilio's list has them, with the time of the outage at which they were written."""
    for number, post in enumerate(posts):
        message = inbound_message(post.form)
        message.created_at = utc_now() - _ENDED - _OUTAGE * (1 - number / len(posts))
        stage.twilio.hold_inbound(message)
    stage.posts.extend(posts)
    stage.answered |= {post.sid for post in posts}


def _spool(stage: Stage, posts: Sequence[Post]) -> None:
    """The FallbackUrl: another process, without any database."""
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rsplit(":", 1)[1]
    stage.fleet.start("spool", "spool", KAVAK_WHATSAPP_PORT=port, KAVAK_WHATSAPP_PUBLIC_URL=url)
    assert wait_until_live(url, seconds=60), stage.fleet.logs()[-2000:]
    post_all(url, Load(list(posts)).shots(url), stage.folder)
    stage.fleet.halt("spool")


def _reconciled(stage: Stage) -> tuple[int, int]:
    printed = stage.fleet.run("reconcile", "reconcile --hours 1")
    taken = _TAKEN.search(printed)
    assert taken, printed
    return int(taken[1]), int(taken[2])
