"""Is the web process ready? It says so for every release that customers may meet, on both databases."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from bot_core.messages import utc_now
from channels.inbound.reading import Reading
from channels.inbound.webhook import read_webhook
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from channels.web.app import create_app
from tests.fakes.webhooks import inbound_form, request_of


def test_every_release_of_a_split_must_be_known(settings: ChannelSettings, store: ChannelStore):
    def release(split: dict[str, int]) -> tuple[int, str]:
        app = create_app(settings.model_copy(update={"split": split}), store=store)
        answer = app.test_client().get("/readyz")
        assert answer.json
        return answer.status_code, answer.json["checks"]["release"]

    status, told = release({"offline-base": 50, "nosuch": 50})
    assert status == 503
    assert told.startswith("KAVAK_WHATSAPP_SPLIT: no release 'nosuch' (known: ")
    assert release({"offline-base": 50, "offline-exacto": 50}) == (200, "ok")
    assert release({}) == (200, "ok")


def readiness(client: FlaskClient) -> dict[str, str]:
    answer = client.get("/readyz").json
    assert answer is not None
    checks: dict[str, str] = answer["checks"]
    return checks


def test_health(client: FlaskClient, store: ChannelStore):
    assert client.get("/healthz").json == {"status": "live"}
    assert readiness(client) == {"database": "ok", "release": "ok", "queue": "no worker"}
    store.beat("worker-1", "1")
    client.post(**request_of(inbound_form()))
    assert readiness(client)["queue"] == "ok"
    figures = client.get("/metrics").text
    assert "whatsapp_turn_seconds" not in figures, "a worker's"
    assert 'whatsapp_webhooks_total{result="stored"} 1.0' in figures
    assert 'whatsapp_inbound_messages{state="received"} 1.0' in figures


def test_a_queue_that_is_behind_says_so_and_still_takes_messages(client: FlaskClient, store: ChannelStore):
    store.beat("worker-1", "1")
    webhook = read_webhook(inbound_form("hola")).model_copy(update={"received_at": utc_now() - timedelta(minutes=5)})
    store.inbox.add(webhook, Reading())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["checks"]["queue"].startswith("behind: the oldest message waits 30")
    assert client.post(**request_of(inbound_form())).status_code == 200
