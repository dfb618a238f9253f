"""The worker process: customers are served as the doorbell rings, and a sweep finds what nobody rang for."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot_core.errors import ConfigurationError
from bot_core.messages import utc_now
from bot_core.settings import Settings
from channels.crashing import CrashPoints
from channels.observability.logs import log
from channels.observability.metrics import Metrics
from channels.observability.traces import open_traces
from channels.outbound.sender import OutboxSender
from channels.outbound.twilio import TwilioApi
from channels.outbound.typing import TypingIndicator
from channels.settings import ChannelSettings
from channels.store.store import open_channel_store
from channels.turns.bots import Bots, open_bots
from channels.turns.service import TurnService
from channels.worker.customer import CustomerService
from channels.worker.engine import VERSION, Engine
from channels.worker.leases import LeaseKeeper
from channels.worker.slots import WorkerSlot
from channels.worker.sweep import ring_forgotten

_PATIENCE = 20
_KEEP_RUNS = timedelta(hours=1)
_log = log(__name__)


class Worker:
    """One in a process."""

    def __init__(self, settings: ChannelSettings, core: Settings) -> None:
        self._settings = settings.checked()
        self._core = core
        self._stop = threading.Event()
        self._slot = WorkerSlot(core.data_dir)
        self.store = open_channel_store(settings, core)
        self.metrics = Metrics()
        self._traces = open_traces("kavak-whatsapp-worker")
        self._leases = LeaseKeeper(self.store.people, seconds=settings.lease_seconds)
        self._engine = Engine(
            core,
            executor_id=self._slot.executor_id,
            busy_customers=settings.busy_customers,
            poll_seconds=settings.poll_seconds,
        )

    def start(self) -> None:
        """Begin to work, in threads of its own. Raises UserError for the catalogue, the knowledge or the release."""
        crashes = CrashPoints(self._settings.crash_point)
        bots = open_bots(
            self._settings, self.store, self._core, metrics=self.metrics, traces=self._traces, crashes=crashes
        )
        bots.warm_up()
        api = TwilioApi(self._settings)
        api.warm_up()
        self._typing = TypingIndicator(api, metrics=self.metrics, enabled=self._settings.typing_indicator)
        watched: Any = {"metrics": self.metrics, "traces": self._traces, "crashes": crashes}
        turns = TurnService(self._settings, self.store, bots, typing=self._typing, **watched)
        sender = OutboxSender(self._settings, self.store, api, **watched)
        service = CustomerService(self._settings, self.store, turns, sender, self._leases, crashes=crashes)
        self.store.slots.begin(self._slot.executor_id)
        self._engine.launch(service)
        self.store.beat(self._slot.executor_id, VERSION)
        for work in (self._sweep, lambda: self._leases.keep(self._stop), lambda: self._keep_slots(bots)):
            threading.Thread(target=work, daemon=True).start()
        _log.info("worker_started", executor=self._slot.executor_id)

    def serve_metrics(self, first_port: int) -> None:
        """On `first_port` for the first worker of this machine, on the next one for the second. Raises
        ConfigurationError when it is taken."""
        from prometheus_client import start_http_server

        port = first_port + self._slot.number - 1
        try:
            start_http_server(port, addr="127.0.0.1", registry=self.metrics.registry)
        except OSError as error:
            raise ConfigurationError(f"KAVAK_WHATSAPP_WORKER_METRICS_PORT: {port}: {error.strerror}") from error

    def wait(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        self._stop.wait()

    def close(self) -> None:
        self._stop.set()
        self._engine.close(patience=_PATIENCE)
        self._traces.close()
        self.store.close()
        self._slot.close()

    def _sweep(self) -> None:
        every = self._settings.sweep_seconds
        tidied = 0.0
        while not self._stop.wait(every):
            _guarded(lambda: self.store.beat(self._slot.executor_id, VERSION))
            _guarded(lambda: ring_forgotten(self.store, self._engine, self._settings, utc_now()))
            if time.monotonic() - tidied > every * 12:
                tidied = time.monotonic()
                _guarded(self._tidy)

    def _keep_slots(self, bots: Bots) -> None:
        if bots.limits:
            bots.limits.keep(self._stop, every=self._settings.lease_seconds / 3)

    def _tidy(self) -> None:
        self.store.answers.forget(older_than=timedelta(hours=self._settings.answer_cache_hours))
        self._engine.forget_finished(older_than_iso=(utc_now() - _KEEP_RUNS).isoformat())


def _guarded(work: Callable[[], object]) -> None:
    """The sweep outlives a database that is away for a while."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the engine's own faults are of no common class
        _log.warning("sweep_failed", error=type(error).__name__)


def run_worker(settings: ChannelSettings, core: Settings) -> None:
    """Until it is told to stop. Raises ConfigurationError, StoreError or UserError at its start."""
    worker = Worker(settings, core)
    try:
        worker.start()
        if settings.worker_metrics_port:
            worker.serve_metrics(settings.worker_metrics_port)
        worker.wait()
    finally:
        worker.close()
