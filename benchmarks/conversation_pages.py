"""Search and monitoring over many conversations.

    python -m benchmarks.conversation_pages [--conversations 20000] [--url sqlite:///...]

Builds a store of conversations (real turns of the offline bot, copied with other ids, customers and times), then
measures the index in memory: how long it takes to fill, and each question that a page asks. Exit code 1 when one of
them takes a second of processor time or more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot_core.messages import InboundMessage, utc_now
from bot_core.releases.files import FileReleaseSource
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.sql.documents import messages_to_json
from bot_core.store.store import Store, open_store
from bot_core.store.tables import conversations, feedback, turns
from bot_core.wiring import BotFactory
from workbench.runner.activity import ActivityFeed
from workbench.storage.activity.figures import GROUPINGS, Period, groups, series, totals, unanswered
from workbench.storage.activity.search import Search, search

SCRIPTS = (
    ("hola", "busco un versa de menos de 250 mil", "el segundo a 48 meses con 50 mil de enganche", "gracias"),
    ("¿dónde están en Monterrey?", "¿y en Mérida?", "quiero agendar una cita mañana", "soy Ana", "ok"),
    ("tienen un tesla?", "uno rojo automático", "cuál es el CAT", "quiero hablar con una persona"),
    ("cuéntame un chiste", "busco jetta 2018 pa arriba", "más barato", "¿qué garantía tienen?", "pésimo servicio"),
)
TARGET_SECONDS = 1.0
ROUNDS = 7


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--url", help="an empty database to fill instead of a temporary SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(options.url or f"sqlite:///{Path(folder) / 'kavak.db'}")
        count = fill(store, options.conversations)
        print(f"{options.conversations:,} conversations, {count:,} turns")
        sys.exit(0 if _measured(store) else 1)


def _measured(store: Store) -> bool:
    feed = ActivityFeed(store)
    before = _megabytes()
    start, used = time.perf_counter(), time.process_time()
    feed.index()
    print(f"{'first page of conversations ready':44} {_since(start, used)}", flush=True)
    feed.wait(600)
    grown = _megabytes() - before
    print(f"{'all of them searchable':44} {_since(start, used)}, +{grown:.0f} MB", flush=True)
    worst = max(_timed(name, ask) for name, ask in _questions(feed))
    feed.close()
    return worst < TARGET_SECONDS


def _megabytes() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _since(start: float, used: float) -> str:
    return f"{time.perf_counter() - start:7.2f} s  (processor {time.process_time() - used:.2f} s)"


def _questions(feed: ActivityFeed) -> Iterator[tuple[str, Callable[[], Any]]]:
    now = utc_now()
    asked = {
        "list: newest": (Search(), 0),
        "list: page 400": (Search(), 9_975),
        "search: words": (Search(words="jetta automático"), 0),
        "search: words that nobody said": (Search(words="zzzz"), 0),
        "search: intent and a thumb down": (Search(intent="financing", opinion="down"), 0),
        "search: customer": (Search(customer="customer-77"), 0),
        "search: a gap": (Search(gap="absent_car"), 50),
    }
    for name, (wanted, offset) in asked.items():
        yield name, partial(_search, feed, wanted, offset)
    for name, days in (("last day", 1), ("last 30 days", 30)):
        yield f"monitoring: everything, {name}", partial(_everything, feed, Period(now - timedelta(days=days), now))


def _search(feed: ActivityFeed, asked: Search, offset: int) -> None:
    search(feed.index(), asked, offset=offset)


def _everything(feed: ActivityFeed, period: Period) -> None:
    index = feed.index()
    totals(index, period)
    series(index, period)
    for by in GROUPINGS:
        groups(index, period, by)
    unanswered(index, period)


def _timed(name: str, ask: Callable[[], Any]) -> float:
    """Median processor time of this process, all threads: on a busy machine the wall's tells of the others."""
    walls, processor = [], []
    for _ in range(ROUNDS):
        start, used = time.perf_counter(), time.process_time()
        ask()
        walls.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    wall, cpu = statistics.median(walls), statistics.median(processor)
    print(f"{name:44} {wall * 1000:7.1f} ms  (processor {cpu * 1000:.1f} ms)", flush=True)
    return cpu


def fill(store: Store, count: int, *, days: int = 30, seed: int = 7) -> int:
    """Store `count` conversations of the last `days` days; returns how many turns that are."""
    assert store.database
    chance, now = random.Random(seed), utc_now()
    played = [asyncio.run(_played(script)) for script in SCRIPTS]
    talks: list[dict[str, Any]] = []
    logged: list[dict[str, Any]] = []
    opinions: list[dict[str, Any]] = []
    for number in range(count):
        start = now - timedelta(seconds=chance.uniform(60, days * 86_400))
        rows = chance.choice(played)
        name = f"c{number:07}"
        for position, row in enumerate(rows, start=1):
            at = start + timedelta(seconds=40 * position)
            tracking_id = f"{name}-{position}"
            logged.append(_copied(row, at, conversation_id=name, position=position, tracking_id=tracking_id))
            if chance.random() < 0.05:
                value = "down" if chance.random() < 0.4 else "up"
                opinion = {"tracking_id": tracking_id, "source": "customer", "value": value, "comment": ""}
                opinions.append(opinion | {"created_at": at})
        talks.append(
            {
                "conversation_id": name,
                "channel": chance.choice(("whatsapp", "workbench")),
                "customer_key": f"customer-{chance.randrange(count // 2 or 1)}",
                "release_id": "offline-base",
                "state": ConversationState(conversation_id=name).model_dump_json(),
                "version": len(rows),
                "created_at": start,
                "updated_at": start + timedelta(seconds=40 * len(rows)),
            }
        )
    with store.database.write() as connection:
        for table, values in ((conversations, talks), (turns, logged), (feedback, opinions)):
            if values:
                connection.execute(insert(table), values)
    return len(logged)


def _copied(row: dict[str, Any], at: datetime, **ids: Any) -> dict[str, Any]:
    """A turn under other ids, at another time."""
    trace = json.loads(row["trace"]) | {"tracking_id": ids["tracking_id"], "started_at": at.isoformat()}
    sent = (at - timedelta(seconds=2)).isoformat()
    messages = [message | {"sent_at": sent} for message in json.loads(row["messages"])]
    return row | ids | {"trace": json.dumps(trace), "messages": json.dumps(messages), "created_at": at}


async def _played(script: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of one conversation, as the store writes them."""
    bot = BotFactory(settings=Settings()).build(FileReleaseSource().get("offline-base"))
    state = ConversationState(conversation_id="c")
    rows = []
    for text in script:
        message = InboundMessage(text=text, profile_name="José Pérez")
        result = await bot.handle([message], state)
        state = result.state
        rows.append(
            {
                "messages": messages_to_json((message,)),
                "reply": result.reply.model_dump_json(),
                "trace": result.trace.model_dump_json(),
                "release_id": "offline-base",
                "input_tokens": 0,
                "output_tokens": 0,
                "cost_usd": result.trace.cost_usd,
                "seconds": result.trace.total_seconds,
                "used_fallback": False,
            }
        )
    return rows


if __name__ == "__main__":
    main()
