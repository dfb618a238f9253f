"""The channel's repositories behind one name, beside bot_core's in the same database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, exists, or_, select

from bot_core.messages import utc_now
from bot_core.settings import Settings
from bot_core.store.database import Database
from bot_core.store.migration import Migrations, upgrade
from bot_core.store.sealing import cipher_of
from bot_core.store.sql.rows import insert_or_replace
from bot_core.store.store import Store, open_store
from channels.privacy.keys import Pseudonyms, Sealer, load_pseudonyms, refuse_another_key, sealer
from channels.settings import ChannelSettings
from channels.store.answers import CachedAnswers
from channels.store.deliveries import Deliveries
from channels.store.inbox import Inbox
from channels.store.limits import ModelSlots, Rates
from channels.store.outbox import Outbox, open_work
from channels.store.people import People
from channels.store.records import InboundState
from channels.store.tables import customers, inbound_messages, metadata, opt_outs, outbox, workers
from channels.store.turns import OpenTurns

WHATSAPP = Migrations(
    location=Path(__file__).with_name("migrations"),
    head="0003",
    version_table="whatsapp_version",
    metadata=metadata,
)
CHANNEL = "whatsapp"
"""The channel's name in bot_core's store."""


@dataclass(frozen=True, slots=True)
class ChannelStore:
    core: Store
    database: Database
    pseudonyms: Pseudonyms
    sealer: Sealer
    people: People
    inbox: Inbox
    outbox: Outbox
    deliveries: Deliveries
    turns: OpenTurns
    rates: Rates
    slots: ModelSlots
    answers: CachedAnswers

    def close(self) -> None:
        self.core.close()

    def unattended(self, now: datetime, *, arrived_before: datetime, limit: int = 500) -> tuple[str, ...]:
        """Customers with work that nobody holds a lease for, those who wait longest first."""
        free = or_(customers.c.lease_until.is_(None), customers.c.lease_until < now)
        waiting = exists().where(
            inbound_messages.c.customer_id == customers.c.customer_id,
            inbound_messages.c.state == InboundState.RECEIVED.value,
            inbound_messages.c.received_at < arrived_before,
        )
        to_send = exists().where(outbox.c.customer_id == customers.c.customer_id, open_work(now))
        statement = (
            select(customers.c.customer_id)
            .where(free, or_(waiting, to_send))
            .order_by(customers.c.last_inbound_at)
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple(connection.scalars(statement))

    def beat(self, executor_id: str, version: str) -> None:
        with self.database.write() as connection:
            values = {"executor_id": executor_id, "version": version, "seen_at": utc_now()}
            insert_or_replace(connection, workers, values)

    def live_workers(self, *, within: timedelta) -> int:
        statement = select(workers.c.executor_id).where(workers.c.seen_at > utc_now() - within)
        with self.database.read() as connection:
            return len(connection.execute(statement).all())


def open_channel_store(
    settings: ChannelSettings, core: Settings, *, busy_timeout_ms: int | None = None
) -> ChannelStore:
    """The store, brought to this version's schema. `busy_timeout_ms`: how long we wait for another writer's lock.

    Raises ConfigurationError or StoreError.
    """
    store = open_store(core.store_url, cipher=cipher_of(core.data_key.get_secret_value()))
    database = store.database
    assert database is not None
    _make_durable(database, busy_timeout_ms)
    upgrade(database, WHATSAPP)
    hash_key = settings.hash_key.get_secret_value()
    if database.is_sqlite and _knows_somebody(database):
        refuse_another_key(hash_key, core.data_dir)
    pseudonyms = load_pseudonyms(hash_key, core.data_dir, several_machines=not database.is_sqlite)
    seal = sealer(settings.data_key.get_secret_value(), core.data_key.get_secret_value())
    people = People(database, pseudonyms, seal, lease_seconds=settings.lease_seconds)
    inbox = Inbox(database, people, pseudonyms, seal, per_minute=settings.sender_per_minute)
    out = Outbox(database, seal)
    return ChannelStore(
        core=store,
        database=database,
        pseudonyms=pseudonyms,
        sealer=seal,
        people=people,
        inbox=inbox,
        outbox=out,
        deliveries=Deliveries(database, out, inbox),
        turns=OpenTurns(database, seal),
        rates=Rates(database),
        slots=ModelSlots(database, lease_seconds=settings.lease_seconds),
        answers=CachedAnswers(database, seal),
    )


def _knows_somebody(database: Database) -> bool:
    with database.read() as connection:
        return any(connection.execute(select(table).limit(1)).first() for table in (customers, opt_outs))


def _make_durable(database: Database, busy_timeout_ms: int | None) -> None:
    """What Twilio was told is stored survives a power cut too."""
    # Connections made so far were set up without it.
    database.engine.dispose()
    if busy_timeout_ms is not None:
        database.write_wait_seconds = busy_timeout_ms / 1000
    event.listen(
        database.engine, "connect", _sqlite_setup(busy_timeout_ms) if database.is_sqlite else _setup(busy_timeout_ms)
    )


def _sqlite_setup(busy_timeout_ms: int | None) -> Callable[[Any, object], None]:
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        if busy_timeout_ms is not None:
            cursor.execute(f"PRAGMA busy_timeout={busy_timeout_ms}")
        cursor.close()

    return prepare


def _setup(lock_timeout_ms: int | None) -> Callable[[Any, object], None]:
    """PostgreSQL waits for a lock for ever unless it is told otherwise."""

    def prepare(connection: Any, _record: object) -> None:
        if lock_timeout_ms is not None:
            connection.execute(f"SET lock_timeout = {lock_timeout_ms}")
            connection.commit()

    return prepare
