"""For the machinery around us: alive, ready, figures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot_core.errors import ConfigurationError, KavakBotError
from bot_core.messages import utc_now
from channels.observability.metrics import WebMetrics
from channels.store.store import ChannelStore
from channels.turns.serving import check_split

_WORKER_SILENCE = timedelta(seconds=60)


def health_blueprint(
    store: ChannelStore | None, metrics: WebMetrics, *, late_seconds: float = 60.0, split: Collection[str] = ()
) -> Blueprint:
    """`split`: releases that answer instead of the promoted one."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="live")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        checks = {name: check(store) for name, check in _CHECKS.items()} if store else {"spool": "ok"}
        if store and checks["queue"] == "ok":
            checks["queue"] = _backlog(store, late_seconds)
        if store and checks["release"] == "ok":
            checks["release"] = _split(store, split)
        # Without a worker, or behind, messages are still taken and kept: worth an alert, not a closed door.
        ready = all(found == "ok" for name, found in checks.items() if name != "queue")
        return jsonify(status="ready" if ready else "unready", checks=checks), 200 if ready else 503

    @blueprint.get("/metrics")
    def figures() -> Response:
        return Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _database(store: ChannelStore) -> str:
    try:
        with store.database.read() as connection:
            connection.execute(text("SELECT 1"))
    except KavakBotError as error:
        return type(error).__name__
    return "ok"


def _release(store: ChannelStore) -> str:
    try:
        store.core.releases.current()
    except KavakBotError as error:
        return type(error).__name__
    return "ok"


def _split(store: ChannelStore, split: Collection[str]) -> str:
    try:
        check_split(store.core.releases, split)
    except ConfigurationError as error:
        return str(error)
    except KavakBotError as error:
        return type(error).__name__
    return "ok"


def _queue(store: ChannelStore) -> str:
    try:
        return "ok" if store.live_workers(within=_WORKER_SILENCE) else "no worker"
    except KavakBotError as error:
        return type(error).__name__


def _backlog(store: ChannelStore, late_seconds: float) -> str:
    try:
        oldest = store.inbox.oldest_waiting()
    except KavakBotError as error:
        return type(error).__name__
    waited = (utc_now() - oldest).total_seconds() if oldest else 0.0
    return f"behind: the oldest message waits {waited:.0f} s" if waited > late_seconds else "ok"


_CHECKS = {"database": _database, "release": _release, "queue": _queue}
