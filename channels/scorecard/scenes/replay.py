"""S7: everything that was ever sent is sent again, as whoever has caught it on the way would."""

from __future__ import annotations

import random
import time

from sqlalchemy import func, select

from bot_core.store.tables import turns
from channels.scorecard.load import Load
from channels.scorecard.poster import post_all
from channels.scorecard.rows import Row, zero
from channels.scorecard.stage import Stage

_PER_SECOND = 100.0


def play(stage: Stage, *, most: int) -> list[Row]:
    before, sent = count_turns(stage), len(stage.twilio.outbound)
    chosen = random.Random(stage.seed).sample(stage.posts, min(most, len(stage.posts)))
    again = Load([type(post)((n / _PER_SECOND,), post.form, post.burst) for n, post in enumerate(chosen)])
    stage.webhooks += len(chosen)
    post_all(stage.web, again.shots(stage.web), stage.folder)
    time.sleep(2)
    stage.settled(20)
    new = count_turns(stage) - before + len(stage.twilio.outbound) - sent
    return [zero("S7", "new turns and sends after a replay", new, f"{len(chosen)} webhooks again")]


def count_turns(stage: Stage) -> int:
    if stage.setting.shim:
        return 0
    with stage.store.database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(turns)) or 0)
