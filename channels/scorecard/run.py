"""One run of the scorecard: real processes, the two fakes over HTTP, a seeded load, kills at named points."""

from __future__ import annotations

import random
import socket
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bot_core.llm.gateway import ModelSettings
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.settings import Settings
from channels.sandbox.callbacks import Callbacks, inbound_message, post_signed
from channels.sandbox.dev import ACCOUNT, OURS, TOKEN, wait_until_live
from channels.sandbox.model_server import SlowModel
from channels.sandbox.twilio_server import TwilioServer
from channels.scorecard.fleet import Fleet
from channels.scorecard.judge import Evidence, Row, judge
from channels.scorecard.load import Load, LoadPlan, Post, generate
from channels.settings import ChannelSettings
from channels.store.records import InboundState
from channels.store.store import ChannelStore, open_channel_store
from channels.worker.engine import engine_url

_FAULTS = (("429", 0.05), ("500", 0.03), ("500_sent", 0.02), ("timeout_sent", 0.02), ("cut", 0.01))
_CRASHES = ("after_claim", "during_model", "after_model", "after_outbox", "after_post")
_CALLS_AT_ONCE = 8
_LEASE = 6.0
_SCALED = {
    "QUIET_SECONDS": "0.5",
    "LONGEST_WAIT_SECONDS": "2",
    "LEASE_SECONDS": str(_LEASE),
    "SWEEP_SECONDS": "0.5",
    "SETTLE_SECONDS": "1.2",
    "RETRY_SECONDS": "0.1",
    "POLL_SECONDS": "0.2",
    "PART_GAP_SECONDS": "0.5",
    "READ_TIMEOUT": "1",
    "SENDER_PER_MINUTE": "100000",
    "HASH_KEY": "scorecard",
}


@dataclass(frozen=True, slots=True)
class RunPlan:
    load: LoadPlan
    workers: int = 1
    kills: int = 5
    """Of workers, at the named points in turn."""
    database_url: str | None = None
    model_seconds: tuple[float, float] = (0.05, 0.4)
    patience: float = 150.0
    """Seconds after the last message within which everything must be settled."""
    mutation: str = ""


def run(plan: RunPlan) -> list[Row]:
    """Raises AssertionError when the processes do not even start."""
    with tempfile.TemporaryDirectory(prefix="kavak-scorecard-") as folder:
        return _Run(plan, Path(folder)).rows()


class _Run:
    def __init__(self, plan: RunPlan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._load = generate(plan.load)
        self._web = f"http://127.0.0.1:{_free_port()}"
        self._core = Settings(data_dir=folder, database_url=plan.database_url)
        self._acks: list[float] = []
        self._answers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def rows(self) -> list[Row]:
        plan = self._plan
        callbacks = Callbacks(
            connect_to=self._web, statuses=("queued", "sent", "delivered"), shuffle_seed=plan.load.seed
        )
        faults = _Faults(plan.load.seed)
        with (
            SlowModel(seconds=plan.model_seconds, refused=0.03, seed=plan.load.seed) as model,
            TwilioServer(ACCOUNT, TOKEN, default=faults.draw, hang_seconds=1.3, callbacks=callbacks) as twilio,
        ):
            store = self._prepared(model)
            fleet = Fleet(self._environment(twilio), self._folder, module=_module(plan.mutation))
            try:
                return judge(self._exercised(fleet, store, twilio, model))
            finally:
                fleet.stop()
                callbacks.close()
                store.close()

    def _exercised(self, fleet: Fleet, store: ChannelStore, twilio: TwilioServer, model: SlowModel) -> Evidence:
        plan = self._plan
        for number in range(plan.workers):
            points = [_CRASHES[n % len(_CRASHES)] for n in range(plan.kills) if n % plan.workers == number]
            fleet.start(f"worker-{number}", "worker", tuple(f"{point}=0.1" for point in points))
        fleet.start("web", "web")
        assert wait_until_live(self._web, seconds=90), fleet.logs()[-2000:]
        self._write(twilio)
        self._settled(store, plan.patience)
        recovery = self._recovered(fleet, store)
        turns = _turn_count(store)
        self._replay()
        time.sleep(2)
        return Evidence(
            load=self._load,
            store=store,
            twilio=twilio,
            model=model,
            logs=fleet.logs(),
            queue_file=None if plan.database_url else Path(engine_url(self._core).removeprefix("sqlite:///")),
            acks=self._acks,
            answers=self._answers,
            new_turns_after_replay=_turn_count(store) - turns,
            model_limit=_CALLS_AT_ONCE * plan.workers,
            recovery_seconds=recovery,
            recovery_mark=_LEASE + 15,
            kills=len(fleet.deaths),
        )

    def _prepared(self, model: SlowModel) -> ChannelStore:
        settings = ChannelSettings(_env_file=None, hash_key="scorecard")
        store = open_channel_store(settings, self._core)
        served = with_model(
            FileReleaseSource().get("offline-base"),
            ModelSettings(model="openai/fake-model", api_base=model.api_base, max_concurrency=_CALLS_AT_ONCE),
        )
        store.core.releases.add(served, who="scorecard")
        store.core.releases.promote(served.release_id, who="scorecard", reason="scorecard")
        return store

    def _environment(self, twilio: TwilioServer) -> dict[str, str]:
        environment = {f"KAVAK_WHATSAPP_{name}": value for name, value in _SCALED.items()}
        if self._plan.database_url:
            environment["KAVAK_DATABASE_URL"] = self._plan.database_url
        return environment | {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "OPENAI_API_KEY": "sk-scorecard",
            "KAVAK_DATA_DIR": str(self._folder),
            "KAVAK_WHATSAPP_SENDERS": OURS,
            "KAVAK_WHATSAPP_PUBLIC_URL": self._web,
            "KAVAK_WHATSAPP_API_BASE": twilio.url,
            "KAVAK_WHATSAPP_PORT": self._web.rsplit(":", 1)[1],
        }

    # the load

    def _write(self, twilio: TwilioServer) -> None:
        start = time.monotonic()
        with ThreadPoolExecutor(24) as pool:
            for post in self._load.posts:
                time.sleep(max(start + post.at - time.monotonic(), 0.0))
                twilio.hold_inbound(inbound_message(post.form))
                for _ in range(post.copies):
                    pool.submit(self._post, post)
            pool.submit(self._attack)

    def _post(self, post: Post) -> None:
        """As Twilio would with rc=3 and rp=all: again when nobody answered, or when we said come again."""
        for attempt in range(40):
            began = time.perf_counter()
            status = post_signed(f"{self._web}/twilio/whatsapp", post.form, TOKEN)
            took = time.perf_counter() - began
            if status not in (0, 503):
                break
            time.sleep(0.1 * (attempt + 1))
        with self._lock:
            self._acks.append(took)
            self._answers[f"genuine {status}"] += 1

    def _attack(self) -> None:
        import httpx

        rng = random.Random(self._plan.load.seed)
        url = f"{self._web}/twilio/whatsapp"
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        with httpx.Client(timeout=10) as client:
            for post in rng.sample(self._load.posts, min(20, len(self._load.posts))):
                changed = post.form | {"Body": "otra cosa"}
                headers = form_type | {"X-Twilio-Signature": "bm8gc2lnbmF0dXJl"}
                status = client.post(url, content=urlencode(changed), headers=headers).status_code
                self._answers[f"forged {status}"] += 1
            for body in (b"\x00" * 100, b"x" * 1_048_576, b"a=%ff", b"MessageSid=SM1&MessageSid=SM2", b""):
                status = client.post(url, content=body, headers=form_type).status_code
                self._answers[f"hostile {500 if status >= 500 else 400}"] += 1

    def _replay(self) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda post: post_signed(f"{self._web}/twilio/whatsapp", post.form, TOKEN), self._load.posts))

    # the end

    def _settled(self, store: ChannelStore, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if _is_quiet(store, self._load):
                return
            time.sleep(0.3)

    def _recovered(self, fleet: Fleet, store: ChannelStore) -> float:
        """Kill every worker while it thinks about twenty customers; seconds until all of them have their reply."""
        fleet.disarm()
        extra = generate(LoadPlan(customers=20, bursts_each=1, seconds=0.5, seed=self._plan.load.seed + 1, leaving=0))
        for post in extra.posts:
            self._post(post)
        self._load.posts += extra.posts
        time.sleep(0.8)
        for name in fleet.pids():
            if name.startswith("worker"):
                fleet.kill(name)
        began = time.monotonic()
        self._settled(store, self._plan.patience)
        return time.monotonic() - began


class _Faults:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self, _form: dict[str, str]) -> str:
        drawn = self._random.random()
        for name, share in _FAULTS:
            if drawn < share:
                return name
            drawn -= share
        return "ok"


def _is_quiet(store: ChannelStore, load: Load) -> bool:
    replied = {one.webhook.message_sid for one in store.inbox.list(states=[InboundState.REPLIED], limit=1_000_000)}
    return load.sids <= replied


def _turn_count(store: ChannelStore) -> int:
    from sqlalchemy import func, select

    from bot_core.store.tables import turns

    with store.database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(turns)) or 0)


def _module(mutation: str) -> tuple[str, ...]:
    return ("channels.scorecard.mutants", mutation) if mutation else ("channels",)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
