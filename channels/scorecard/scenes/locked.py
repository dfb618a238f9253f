"""S6, the other half: while nobody can write to the database, nobody is told that a message is stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from channels.scorecard.load import Load, single
from channels.scorecard.poster import post_all
from channels.scorecard.rows import Row, at_most, zero
from channels.scorecard.stage import Stage

_FIRST = 600_000
_CUSTOMERS = 6
_TWILIO_GIVES_UP = 15.0


def play(stage: Stage, *, patience: float) -> list[Row]:
    posts = [single(_FIRST + number, 0, 0.0) for number in range(_CUSTOMERS)]
    stage.held(posts)
    once = [replace(shot, tries=1) for shot in Load(posts).shots(stage.web)]
    with _locked(stage):
        began = time.monotonic()
        hits = post_all(stage.web, once, stage.folder)
        took = time.monotonic() - began
    lied = sum(hit.status == 200 for hit in hits)
    silent = sum(hit.status not in (200, 503) for hit in hits)
    # Twilio comes again.
    post_all(stage.web, Load(posts).shots(stage.web), stage.folder)
    stage.settled(patience)
    return [
        zero("S6", "200 without a commit, database locked", lied),
        zero("S6", "locked, and answered by neither 200 nor 503", silent, f"{len(hits)} webhooks"),
        at_most("S6", "seconds until the 503", took, _TWILIO_GIVES_UP, timed=True),
    ]


@contextmanager
def _locked(stage: Stage) -> Iterator[None]:
    """Somebody else holds the lock for as long as it takes."""
    holding, done = threading.Event(), threading.Event()
    holder = threading.Thread(target=_hold, args=(stage, holding, done), daemon=True)
    holder.start()
    assert holding.wait(30)
    try:
        yield
    finally:
        done.set()
        holder.join()


def _hold(stage: Stage, holding: threading.Event, done: threading.Event) -> None:
    from sqlalchemy import text

    # SQLite's write lock is taken by `write` itself.
    with stage.store.database.write() as connection:
        if not stage.store.database.is_sqlite:
            connection.execute(text("LOCK TABLE whatsapp_inbound IN ACCESS EXCLUSIVE MODE"))
        holding.set()
        done.wait(60)
