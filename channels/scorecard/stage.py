"""Everything that a run needs: the two fakes and a foreign host, a database, the processes, and who writes to them."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bot_core.errors import StoreError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.settings import Settings
from channels.sandbox.callbacks import Callbacks, inbound_message
from channels.sandbox.live import wait_until_live
from channels.sandbox.model_server import SlowModel
from channels.sandbox.phone import ACCOUNT, OURS, TOKEN
from channels.sandbox.ports import free_port
from channels.sandbox.twilio_server import TwilioServer
from channels.scorecard.fleet import Death, Fleet
from channels.scorecard.foreign import ForeignHost
from channels.scorecard.load import Load, Post
from channels.scorecard.poster import Hit, post_all
from channels.scorecard.world import MODEL, MODEL_TIMEOUT, Faults, Reports
from channels.settings import ChannelSettings
from channels.store.records import SETTLED, InboundState, OutboxState
from channels.store.store import ChannelStore, open_channel_store
from channels.store.tables import inbound_messages, model_calls, outbox

_OPEN = [state.value for state in OutboxState if state not in SETTLED]
LEASE = 6.0
QUIET = 0.5
CALLS_AT_ONCE = 16
SENDER_PER_MINUTE = 30
SENDS_PER_SECOND = 40
_SCALED = {
    "QUIET_SECONDS": str(QUIET),
    "LONGEST_WAIT_SECONDS": "2",
    "LEASE_SECONDS": str(LEASE),
    "SWEEP_SECONDS": "0.5",
    "SETTLE_SECONDS": "1.2",
    "RETRY_SECONDS": "0.1",
    "RETRY_LONGEST_SECONDS": "6.4",
    "POLL_SECONDS": "0.2",
    "PART_GAP_SECONDS": "0.5",
    "READ_TIMEOUT": "1",
    "TURN_SLOTS": "32",
    # Every start goes through what its last life had begun: with fewer at once a short life gets something done.
    "BUSY_CUSTOMERS": "100",
    "DATABASE_WAIT_SECONDS": "2",
    # A message that is begun twelve times is given up, here 400 times: every worker dies a hundred times.
    "TURN_ATTEMPTS": "100",
    "SENDER_PER_MINUTE": str(SENDER_PER_MINUTE),
    "SENDS_PER_SECOND": str(SENDS_PER_SECOND),
    "HASH_KEY": "scorecard",
}
"""The channel's times, about five times faster than in production."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is compared: a database and a number of workers."""

    workers: int = 1
    database_url: str | None = None
    database_folder: Path | None = None
    """Where PostgreSQL keeps its files."""
    mutation: str = ""
    shim: str = ""
    """A baseline in the place of web and worker."""

    @property
    def name(self) -> str:
        if self.shim:
            return self.shim
        database = "PostgreSQL" if self.database_url else "SQLite"
        return f"{database}, {self.workers} worker{'s' if self.workers > 1 else ''}"


@dataclass(slots=True)
class Stage:
    setting: Setting
    folder: Path
    seed: int
    core: Settings
    web: str
    model: SlowModel
    twilio: TwilioServer
    faults: Faults
    reports: Reports
    foreign: ForeignHost
    store: ChannelStore
    fleet: Fleet
    answered: set[str] = field(default_factory=set)
    """MessageSids that must have had their reply at the end."""
    silent: dict[str, str] = field(default_factory=dict)
    """MessageSids that must be kept without a reply → why."""
    cancellable: set[str] = field(default_factory=set)
    """MessageSids of people who left: what they had asked before may stay unanswered."""
    webhooks: int = 0
    """How many were sent, repetitions and replays included."""
    posts: list[Post] = field(default_factory=list)
    bursts: dict[int, list[str]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    """"genuine 200", "forged 403" … → how many."""
    kept_at_death: list[tuple[Death, frozenset[int]]] = field(default_factory=list)
    """Serials of the model's answers that were in the database when a process died."""

    def write(self, posts: Sequence[Post], *, expect: bool = True) -> list[Hit]:
        """Customers write these; returns when every webhook has its last answer."""
        self.held(posts, expect=expect)
        shots = Load(list(posts)).shots(self.web)
        self.webhooks += len(shots)
        hits = post_all(self.web, shots, self.folder)
        self.statuses.update(f"genuine {hit.status}" for hit in hits)
        return hits

    def held(self, posts: Sequence[Post], *, expect: bool = True) -> None:
        """Twilio has them, whether we are there or not."""
        for post in posts:
            self.twilio.hold_inbound(inbound_message(post.form))
        self.posts.extend(posts)
        if expect:
            self.answered |= {post.sid for post in posts}

    def settled(self, seconds: float) -> bool:
        """Nothing waits and nothing is on its way. False when that does not happen within `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.unsettled():
                return True
            time.sleep(0.25)
        return False

    def unsettled(self) -> int:
        if self.setting.shim:
            return int(self.model.in_flight > 0)
        with self.store.database.read() as connection:
            waiting = connection.scalar(
                select(func.count()).where(inbound_messages.c.state == InboundState.RECEIVED.value)
            )
            going = connection.scalar(select(func.count()).where(outbox.c.state.in_(_OPEN)))
        return int(waiting or 0) + int(going or 0)

    def note_death(self, death: Death) -> None:
        """What the database has of the model's answers, before the next life begins."""
        try:
            with self.store.database.read() as connection:
                sealed = connection.scalars(select(model_calls.c.sealed)).all()
        except StoreError:
            # The database is down itself: whatever was answered lately may have been lost on its way.
            sealed = []
        kept = {serial_of(self.store.sealer.open(one)) for one in sealed}
        self.kept_at_death.append((death, frozenset(kept)))


def serial_of(answer: str) -> int:
    return int(json.loads(answer)["usage"]["input_tokens"])


@contextmanager
def stage(
    setting: Setting,
    folder: Path,
    *,
    seed: int,
    overrides: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """The processes run and answer. `overrides` are settings without their prefix, in the place of the scaled ones.

    Raises AssertionError when the processes do not even start.
    """
    web = f"http://127.0.0.1:{free_port()}"
    core = Settings(data_dir=folder, database_url=setting.database_url)
    faults, reports = Faults(seed), Reports(seed)
    with ExitStack() as closing:
        callbacks = Callbacks(connect_to=web, plan=reports.of, attempts=40)
        model = closing.enter_context(SlowModel(MODEL, seed=seed))
        twilio = TwilioServer(ACCOUNT, TOKEN, default=faults.draw, hang_seconds=1.3, callbacks=callbacks)
        closing.enter_context(twilio)
        foreign = closing.enter_context(ForeignHost())
        store = _prepared(core, model)
        closing.callback(store.close)
        closing.callback(callbacks.close)
        environment = _environment(setting, folder, web, twilio, model)
        environment |= {f"KAVAK_WHATSAPP_{name}": value for name, value in (overrides or {}).items()}
        fleet = closing.enter_context(Fleet(environment, folder, mutation=setting.mutation))
        made = Stage(setting, folder, seed, core, web, model, twilio, faults, reports, foreign, store, fleet)
        fleet.on_death = made.note_death
        _start(made)
        yield made


def _start(made: Stage) -> None:
    setting, fleet = made.setting, made.fleet
    if setting.shim:
        fleet.start("web", setting.shim)
    else:
        for number in range(setting.workers):
            name = f"worker-{number}"
            fleet.start(name, "worker", SCORECARD_KEY=name)
        fleet.start("web", "web")
    assert wait_until_live(made.web, seconds=90), fleet.logs()[-2000:]
    if not setting.shim:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and "worker_started" not in fleet.logs():
            time.sleep(0.1)


def _prepared(core: Settings, model: SlowModel) -> ChannelStore:
    settings = ChannelSettings(_env_file=None, hash_key="scorecard")
    store = open_channel_store(settings, core)
    served = with_model(
        FileReleaseSource().get("offline-base"),
        ModelSettings(
            model="openai/fake-model",
            api_base=model.api_base,
            # Each worker asks with its own name.
            api_key_env="SCORECARD_KEY",
            max_concurrency=CALLS_AT_ONCE,
            timeout_seconds=MODEL_TIMEOUT,
        ),
    )
    store.core.releases.add(served, who="scorecard")
    store.core.releases.promote(served.release_id, who="scorecard", reason="scorecard")
    return store


def _environment(setting: Setting, folder: Path, web: str, twilio: TwilioServer, model: SlowModel) -> dict[str, str]:
    environment = {f"KAVAK_WHATSAPP_{name}": value for name, value in _SCALED.items()}
    if setting.database_url:
        environment["KAVAK_DATABASE_URL"] = setting.database_url
    return environment | {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "SCORECARD_KEY": "nobody",
        "KAVAK_MODEL_KEY_ENVS": "SCORECARD_KEY",
        "KAVAK_DATA_DIR": str(folder),
        "KAVAK_WHATSAPP_SENDERS": OURS,
        "KAVAK_WHATSAPP_PUBLIC_URL": web,
        "KAVAK_WHATSAPP_API_BASE": twilio.url,
        "KAVAK_WHATSAPP_PORT": web.rsplit(":", 1)[1],
        "SCORECARD_MODEL": model.api_base,
    }


def hurry() -> None:
    """Before others on this machine, where that is allowed: the run measures us, not them."""
    if os.geteuid() == 0:
        os.nice(-10)
