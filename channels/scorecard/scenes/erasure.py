"""S16: a customer's data are handed over whole, and erased to the last byte."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from channels.scorecard.load import Post, address, single
from channels.scorecard.outcome import outcomes
from channels.scorecard.rows import Row, told, zero
from channels.scorecard.stage import Stage

_FIRST = 700_000
_CUSTOMERS = 3
_APART = 1.0
"""Seconds between a customer's messages: longer than the quiet time, so that they make two turns."""
_NAMES = ("Xochipilli", "Quetzalmina", "Tlazohtzin")


def play(stage: Stage, *, patience: float) -> list[Row]:
    customers = [_FIRST + number for number in range(_CUSTOMERS)]
    posts = [_post(customer, number) for customer in customers for number in range(2)]
    stage.write(posts)
    stage.settled(patience)
    missing = sum(_missing_in_export(stage, customer, posts) for customer in customers)
    _analyze(stage)
    before = _found(*_files(stage))
    for customer in customers:
        _erased(stage, customer)
    stage.answered -= {post.sid for post in posts}
    left = _found(*_files(stage))
    logged = _found(*_write_ahead(stage))
    copies = sum(len(_at_twilio(stage, customer)) for customer in customers)
    stage.write(posts, expect=False)
    stage.settled(patience)
    again = sum(post.sid in outcomes(stage.store) for post in posts)
    rows = [
        zero("S16", "messages and replies missing in the export", missing),
        zero(
            "S16", "traces left in database files, queue and logs", left, f"{before} before, of {_CUSTOMERS} customers"
        ),
        zero("S16", "replays of an erased customer taken in", again),
        zero("S16", "copies left at Twilio", copies),
    ]
    if not stage.store.database.is_sqlite:
        what = "traces in PostgreSQL's write-ahead log"
        rows.append(
            told("S16", what, logged, "kept by PostgreSQL until it recycles the file: docs/whatsapp-scorecard.md")
        )
    return rows


def _post(customer: int, number: int) -> Post:
    """Words and a name that nobody else uses."""
    post = single(customer, number, number * _APART, f"hola soy {_NAMES[customer - _FIRST]}")
    post.form["ProfileName"] = _NAMES[customer - _FIRST]
    return post


def _missing_in_export(stage: Stage, customer: int, posts: list[Post]) -> int:
    path = stage.folder / f"export-{customer}.json"
    stage.fleet.run("export", f"export {address(customer)} --to {path}")
    text = path.read_text(encoding="utf-8")
    path.unlink()
    content = json.loads(text)
    assert json.loads(json.dumps(content)) == content
    mine = [post for post in posts if post.form["From"] == address(customer)]
    wanted = [post.sid for post in mine] + [post.form["Body"] for post in mine]
    wanted += [line for message in stage.twilio.sent_to(address(customer)) for line in message.body.splitlines()[:1]]
    return sum(json.dumps(one, ensure_ascii=False)[1:-1] not in text for one in wanted)


def _erased(stage: Stage, customer: int) -> None:
    """A turn's lease may still be held for a moment: then the command says so."""
    for attempt in range(20):
        try:
            stage.fleet.run("erase", f"erase {address(customer)} --yes")
            return
        except AssertionError:
            if attempt == 19:
                raise
            time.sleep(0.5)


def _at_twilio(stage: Stage, customer: int) -> list[object]:
    with stage.twilio.lock:
        return [one for one in stage.twilio.messages.values() if address(customer) in (one.sender, one.recipient)]


def _found(*paths: Path) -> int:
    needles = [name.encode() for name in _NAMES]
    needles += [address(_FIRST + number).removeprefix("whatsapp:").encode() for number in range(_CUSTOMERS)]
    return sum(path.read_bytes().count(needle) for path in paths if path.exists() for needle in needles)


def _files(stage: Stage) -> Iterator[Path]:
    """Ours, and the server's own when the database is PostgreSQL. Plans of the harness are not the product's."""
    for path in stage.folder.rglob("*"):
        if path.is_file() and not path.name.startswith(("plan-", "hits-")):
            yield path
    if stage.setting.database_folder:
        _checkpoint(stage)
        yield from (path for path in (stage.setting.database_folder / "base").rglob("*") if path.is_file())


def _write_ahead(stage: Stage) -> Iterator[Path]:
    if stage.setting.database_folder:
        yield from (path for path in (stage.setting.database_folder / "pg_wal").glob("*") if path.is_file())


def _checkpoint(stage: Stage) -> None:
    from sqlalchemy import text

    with stage.store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))


def _analyze(stage: Stage) -> None:
    """As PostgreSQL does by itself at times: samples of the rows in its statistics, which outlive them."""
    from sqlalchemy import text

    if stage.setting.database_folder:
        with stage.store.database.write() as connection:
            connection.execute(text("ANALYZE"))
