"""S15: what a customer wrote, is called or can be reached at, and our own secrets, in logs and in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from channels.sandbox.phone import TOKEN
from channels.scorecard.stage import Stage
from channels.worker.engine import engine_url

_POSTS = 400


def leaks(stage: Stage) -> int:
    """How many of the forbidden words are found in either."""
    forbidden = {TOKEN, "X-Twilio-Signature", "ProfileName"}
    chosen = stage.posts[:: max(len(stage.posts) // _POSTS, 1)]
    for post in chosen:
        forbidden |= {post.form["From"], post.form["WaId"], post.form["Body"]} - {"BAJA"}
    haystack = stage.fleet.logs().encode() + b"".join(_queue(stage))
    return sum(word.encode() in haystack for word in forbidden)


def _queue(stage: Stage) -> Iterator[bytes]:
    if stage.store.database.is_sqlite:
        path = Path(engine_url(stage.core).removeprefix("sqlite:///"))
        yield from (one.read_bytes() for one in path.parent.glob(path.name + "*"))
        return
    with stage.store.database.read() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'dbos'")).all()
        for table in tables:
            for row in connection.scalars(text(f'SELECT t::text FROM dbos."{table}" t')):  # noqa: S608 - PostgreSQL's own names
                yield str(row).encode()
