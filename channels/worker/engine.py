"""DBOS: durable execution on SQLite or PostgreSQL. The only module that knows it.

Its queue is a doorbell that carries a customer's pseudonym; its recorded steps let a killed worker's run go on where
it was. The truth, the order and the exclusion (leases with fences) are in our own tables.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from bot_core.settings import Settings
from channels.worker.customer import CustomerService, Steps

Result = TypeVar("Result")

APPLICATION = "kavak-whatsapp"
VERSION = "whatsapp-1"
"""Runs belong to the version that began them. It changes only when recorded steps would no longer fit the code, so
that a deploy goes on with what the last one left."""
QUEUE = "customers"
WORKFLOW = "serve_customer"
_SQLITE_CONNECTIONS = 2


def engine_url(core: Settings) -> str:
    """PostgreSQL: the same database, a schema of its own. SQLite: a file of its own, so that neither waits for the
    other's writes."""
    if core.store_url.startswith("sqlite"):
        path = Path(core.store_url.removeprefix("sqlite:///"))
        return f"sqlite:///{path.with_name(path.stem + '-queue.db')}"
    return core.store_url.replace("postgres://", "postgresql://", 1)


class RecordedSteps(Steps):
    async def run(self, name: str, work: Callable[[], Awaitable[Result]]) -> Result:
        from dbos import DBOS

        async def step() -> Result:
            return await work()

        return await DBOS.run_step_async({"name": name}, step)

    async def sleep(self, seconds: float) -> None:
        from dbos import DBOS

        await DBOS.sleep_async(seconds)


class Engine:
    """A worker's side. One in a process."""

    def __init__(self, core: Settings, *, executor_id: str, busy_customers: int, poll_seconds: float) -> None:
        _stay_home()
        from dbos import DBOS

        self._busy = busy_customers
        self._poll = poll_seconds
        # Any: a typed dictionary cannot be unpacked into.
        config: Any = {
            "name": APPLICATION,
            **_database(core),
            "executor_id": executor_id,
            "application_version": VERSION,
            "log_level": "WARNING",
            "max_executor_threads": 64,
            "sys_db_pool_size": 20,
        }
        DBOS(config=config)

    def launch(self, service: CustomerService) -> None:
        """Begin to work; what this executor left unfinished goes on."""
        from dbos import DBOS

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1000)
        async def serve_customer(customer_id: str) -> str:
            assert DBOS.workflow_id
            return await service.serve(customer_id, DBOS.workflow_id, RecordedSteps())

        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self._busy, polling_interval_sec=self._poll, on_conflict="always_update"
        )

    def ring(self, customer_id: str, ring_id: str) -> None:
        from dbos import DBOS

        DBOS.enqueue_workflow_with_options(_ring(customer_id, ring_id), customer_id)

    def is_behind(self) -> bool:
        """More rings wait than this worker can answer at once."""
        from dbos import DBOS

        waiting = DBOS.list_queued_workflows(
            status="ENQUEUED", queue_name=QUEUE, limit=self._busy + 1, load_input=False, load_output=False
        )
        return len(waiting) > self._busy

    def forget_finished(self, *, older_than_iso: str, limit: int = 1000) -> int:
        """Delete the records of finished runs. Returns how many."""
        from dbos import DBOS

        done = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            end_time=older_than_iso,
            limit=limit,
            load_input=False,
            load_output=False,
        )
        if done:
            DBOS.delete_workflows([run.workflow_id for run in done])
        return len(done)

    def close(self, *, patience: int) -> None:
        """Let running steps end for `patience` seconds; what is left goes on at the next start."""
        from dbos import DBOS

        DBOS.destroy(workflow_completion_timeout_sec=patience)


class EngineClient:
    """The web process's side: it only rings."""

    def __init__(self, core: Settings) -> None:
        self._core = core
        self._client: Any = None

    def ring(self, customer_id: str, ring_id: str) -> None:
        if self._client is None:
            _stay_home()
            from dbos import DBOSClient

            self._client = DBOSClient(
                **_database(self._core), application_name=APPLICATION, retry_connection_errors=False
            )
        self._client.enqueue(_ring(customer_id, ring_id), customer_id)

    def close(self) -> None:
        if self._client is not None:
            self._client.destroy()


def _database(core: Settings) -> dict[str, Any]:
    """DBOS's arguments. On SQLite an engine of our own: with a write-ahead log, and few connections, since writers that
    meet at the file's lock sleep, while those who wait for a connection take turns."""
    url = engine_url(core)
    if not url.startswith("sqlite"):
        return {"system_database_url": url}
    from sqlalchemy import create_engine, event

    engine = create_engine(url, pool_size=_SQLITE_CONNECTIONS, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # As DBOS sets up its own.
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_mode=WAL")
        # What a power cut takes from here is done again: the truth is in our own tables, which do not lose it.
        connection.execute("PRAGMA synchronous=NORMAL")

    return {"system_database_engine": engine}


def _ring(customer_id: str, ring_id: str) -> Any:
    return {"workflow_name": WORKFLOW, "queue_name": QUEUE, "workflow_id": f"{customer_id}:{ring_id}"}


def _stay_home() -> None:
    """No telemetry and no cloud service: the engine works on our database alone."""
    os.environ.setdefault("DBOS__CLOUD", "false")
