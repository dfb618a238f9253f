from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot_core.messages import utc_now
from bot_core.settings import Settings
from bot_core.store.records import Feedback, FeedbackValue
from tests.fakes.activity import talk
from workbench.runner.channel_queue import Queue, parse_queue, read_queue
from workbench.runner.monitoring import MonitoringDesk
from workbench.runner.whatsapp import WhatsAppDesk
from workbench.runner.workbench import Workbench
from workbench.storage.activity.figures import Period

METRICS = """# HELP whatsapp_inbound_messages Stored messages by state.
# TYPE whatsapp_inbound_messages gauge
whatsapp_inbound_messages{state="received"} 7.0
whatsapp_inbound_messages{state="failed"} 2.0
# TYPE whatsapp_oldest_waiting_seconds gauge
whatsapp_oldest_waiting_seconds 93.5
# TYPE whatsapp_outbox_messages gauge
whatsapp_outbox_messages{state="pending"} 3.0
whatsapp_outbox_messages{state="send_unknown"} 1.0
whatsapp_outbox_messages{state="accepted"} 400.0
"""


@pytest.fixture
def metrics_url(tmp_path: Path) -> Iterator[str]:
    """A web process of the channel, as far as its metrics are concerned; and the sandbox that started it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ready = json.dumps({"live": True, "serves": Settings(data_dir=tmp_path).data_identity, "web_port": port})
            said = {"/metrics": METRICS, "/ready": ready}.get(self.path, "")
            self.send_response(200 if said else 404)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{port}/metrics"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    opened = Workbench(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def last_hour() -> Period:
    now = utc_now()
    return Period(now - timedelta(hours=1), now + timedelta(minutes=1))


def test_a_report_compares_with_the_time_before(workbench: Workbench):
    talk(workbench.store, "hola", "gracias", failed=True)
    report = workbench.monitoring.report(last_hour())
    assert (report.totals.turns, report.before.turns) == (2, 0)
    assert report.totals.failed == report.totals.fallback == 1.0
    assert sum(point.turns for point in report.series) == 2
    assert [one.name for one in report.groups["model"]] == ["openai/x"]
    assert report.groups["agent"][0].usd == pytest.approx(0.00246)
    assert report.filling.complete


def test_the_queue_is_read_from_the_channels_metrics(metrics_url: str, workbench: Workbench, tmp_path: Path):
    expected = Queue(waiting=7, oldest_seconds=93.5, failed=2, unsent=4)
    assert parse_queue(METRICS) == read_queue(metrics_url) == expected
    settings = Settings(data_dir=tmp_path, channel_metrics_url=metrics_url)
    desk = MonitoringDesk(settings, workbench.store, workbench.activity, workbench.whatsapp.metrics_url)
    assert (desk.has_channel, desk.queue()) == (True, expected)
    desk.set_threshold("queue_age", 60, who="Ana")
    [alert] = desk.alerts()
    assert (alert.threshold.name, alert.threshold.set_by, alert.value) == ("queue_age", "Ana", 93.5)


def test_the_channel_that_runs_here_needs_no_address(metrics_url: str, workbench: Workbench, tmp_path: Path):
    desk = workbench.monitoring
    assert (desk.has_channel, desk.queue()) == (False, None)
    port = int(metrics_url.removesuffix("/metrics").rpartition(":")[2])
    Settings(data_dir=tmp_path).sandbox_file.write_text(json.dumps({"port": port}), encoding="utf-8")
    line = WhatsAppDesk(workbench.settings, workbench.store.conversations)
    desk = MonitoringDesk(workbench.settings, workbench.store, workbench.activity, line.metrics_url)
    assert desk.has_channel
    assert desk.queue() == parse_queue(METRICS)


@pytest.mark.parametrize("text", ["", "# nothing\n", "up 1\n", "<html>{not metrics", "\x00"])
def test_what_is_no_channel_gives_no_queue(text: str):
    assert parse_queue(text) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/metrics", "not an address", "ftp://x"])
def test_a_channel_that_does_not_answer_gives_no_queue(url: str):
    assert read_queue(url) is None


def test_without_an_address_there_is_no_queue(workbench: Workbench):
    assert (workbench.monitoring.has_channel, workbench.monitoring.queue()) == (False, None)


def test_a_limit_raises_an_alert_when_the_last_hour_is_beyond_it(workbench: Workbench):
    talk(workbench.store, "hola", failed=True)
    workbench.store.feedback.give(Feedback(tracking_id="c1-1", value=FeedbackValue.UP, source="customer"))
    desk = workbench.monitoring
    for name, limit in {"failed": 0.5, "downs": 0.1, "usd_day": 0.001, "turn_p95": 100.0, "queue_depth": 1.0}.items():
        desk.set_threshold(name, limit, who="Ana")
    assert {alert.threshold.name for alert in desk.alerts()} == {"failed", "usd_day"}
    desk.set_threshold("failed", None, who="Ana")
    assert {alert.threshold.name for alert in desk.alerts()} == {"usd_day"}
    with pytest.raises(KeyError):
        desk.set_threshold("anything", 1, who="Ana")


def test_where_nobody_wrote_nothing_is_beyond_a_limit(workbench: Workbench):
    workbench.monitoring.set_threshold("failed", 0.0, who="Ana")
    assert workbench.monitoring.alerts() == ()
