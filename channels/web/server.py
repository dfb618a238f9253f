"""The web process under gunicorn: one process with threads, since its work is waiting for the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot_core.settings import Settings
from channels.observability.logs import log
from channels.settings import ChannelSettings

THREADS = 16
_GRACE_SECONDS = 20
_log = log(__name__)


def run_server(settings: ChannelSettings, build: Callable[[], Any]) -> None:
    """Serve what `build` makes, until SIGTERM. `build` runs in the serving process."""
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in _options(settings).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return build()

    Server().run()


def run_web(settings: ChannelSettings, core: Settings) -> None:
    """The webhooks on their database. Raises ConfigurationError or StoreError before anything listens."""
    from channels.store.store import open_channel_store
    from channels.web.app import create_app
    from channels.web.doorbell import BackgroundBell
    from channels.worker.engine import EngineClient

    # Once before gunicorn, which tells what its child raised in a traceback; the child needs connections of its own.
    open_channel_store(settings.checked(), core).close()
    run_server(settings, lambda: create_app(settings, core=core, doorbell=BackgroundBell(EngineClient(core).ring)))


def run_spool(settings: ChannelSettings, core: Settings) -> None:
    """The fallback for when the web process or its database is away. Raises ConfigurationError."""
    from channels.web.app import create_spool_app

    app = create_spool_app(settings, core=core)
    run_server(settings, lambda: app)


def _say_where(settings: ChannelSettings) -> None:
    _log.info(
        "listening",
        listens_on=f"{settings.host}:{settings.port}",
        public_url=settings.shown_url,
        note="signatures are computed on public_url: when Twilio calls another one, set KAVAK_WHATSAPP_PUBLIC_URL",
    )


def _options(settings: ChannelSettings) -> dict[str, Any]:
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": 1,
        "threads": THREADS,
        "worker_class": "gthread",
        "timeout": 30,
        "graceful_timeout": _GRACE_SECONDS,
        "keepalive": 20,
        "backlog": 1024,
        "limit_request_line": 2048,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
        "when_ready": lambda _arbiter: _say_where(settings),
    }
