"""The application factory of the web process."""

from __future__ import annotations

from flask import Flask

from bot_core.settings import Settings, load_settings
from channels.crashing import CrashPoints
from channels.inbound.form import MAX_BODY_BYTES
from channels.inbound.gate import WebhookGate
from channels.observability.metrics import StoreCollector, WebMetrics
from channels.observability.traces import open_traces
from channels.privacy.keys import sealer
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore, open_channel_store
from channels.web.doorbell import Doorbell, SilentBell
from channels.web.health import health_blueprint
from channels.web.reception import DatabaseReception, SpoolReception
from channels.web.twilio import inbound_blueprint, status_blueprint
from channels.web.xml import error_page


def create_app(
    settings: ChannelSettings,
    *,
    core: Settings | None = None,
    store: ChannelStore | None = None,
    doorbell: Doorbell | None = None,
) -> Flask:
    """The web process on its database. Raises ConfigurationError when it may not start like this."""
    settings.checked()
    # A locked database is a 503, not a silence.
    wait_ms = int(1000 * settings.database_wait_seconds)
    store = store or open_channel_store(settings, core or load_settings(), busy_timeout_ms=wait_ms)
    app, gate, metrics = _base(settings)
    metrics.registry.register(StoreCollector(store))
    reception = DatabaseReception(store, doorbell or SilentBell(), CrashPoints(settings.crash_point))
    traces = app.extensions["traces"] = open_traces("kavak-whatsapp-web")
    app.register_blueprint(inbound_blueprint(gate, reception, metrics, traces))
    app.register_blueprint(status_blueprint(gate, store.deliveries, metrics))
    app.register_blueprint(health_blueprint(store, metrics, late_seconds=settings.late_seconds, split=settings.split))
    return app


def create_spool_app(settings: ChannelSettings, *, core: Settings | None = None) -> Flask:
    """The fallback process: it proves and keeps messages in files, and needs no database."""
    settings.checked()
    core = core or load_settings()
    app, gate, metrics = _base(settings)
    folder = settings.spool_dir or core.data_dir / "spool"
    reception = SpoolReception(folder, sealer(settings.data_key.get_secret_value(), core.data_key.get_secret_value()))
    app.register_blueprint(inbound_blueprint(gate, reception, metrics))
    app.register_blueprint(health_blueprint(None, metrics))
    return app


def _base(settings: ChannelSettings) -> tuple[Flask, WebhookGate, WebMetrics]:
    app = Flask("channels", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_error_handler(Exception, error_page)
    return app, WebhookGate(settings), WebMetrics()
