"""Traces arrive at a real collector over HTTP, joined by the tracking_id, without anything personal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import ConfigurationError
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import new_id
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from channels.observability.metrics import Metrics
from channels.observability.traces import NoTraces, open_traces
from channels.outbound.sender import OutboxSender
from channels.settings import ChannelSettings
from channels.store.records import StoredMessage
from channels.store.store import open_channel_store
from channels.turns.bots import Bots
from channels.turns.service import TurnService
from channels.turns.traced import TracedGateway
from channels.web.app import create_app
from channels.worker.customer import CustomerService
from tests.fakes.channel import Channel
from tests.fakes.otlp_collector import OtlpCollector
from tests.fakes.paid_model import PaidModel
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, TOKEN, inbound_form, request_of

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(autouse=True)
def _no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtlpCollector]:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    with OtlpCollector() as started:
        monkeypatch.setenv(ENDPOINT, started.url)
        yield started


def attributes(span: Any) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def test_without_an_endpoint_nothing_is_collected():
    traces = open_traces("x")
    assert isinstance(traces, NoTraces)
    with traces.span("turn", tracking_id=new_id()) as span:
        span.note(messages=1)
    traces.close()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError, match="opentelemetry-sdk"):
        open_traces("x")


def test_a_span_says_no_more_than_it_may(collector: OtlpCollector):
    traces = open_traces("x")
    with pytest.raises(ValueError), traces.span("turn", body="un secreto", who=CUSTOMER, release="offline-base"):
        raise ValueError(f"{CUSTOMER} wrote un secreto")
    traces.close()
    ((_, span),) = collector.spans()
    assert attributes(span) == {"release": "offline-base", "error.type": "ValueError"}
    assert span.status.code == 2
    assert not span.events
    assert b"secreto" not in b"".join(collector.bodies)


async def followed(settings: ChannelSettings, core: Settings, form: dict[str, str]) -> StoredMessage:
    """`form` from the webhook to the send, all of it traced; what was stored of it."""
    store = open_channel_store(settings, core)
    client = create_app(settings, store=store).test_client()
    traces = open_traces("kavak-whatsapp-worker")
    factory = BotFactory(settings=core)
    release = with_model(FileReleaseSource().current(), ModelSettings(model="openai/test"))
    store.core.releases.add(release, who="test")
    gateway = TracedGateway(PaidModel(factory), traces)
    bots = Bots(
        BotFactory(catalog=factory.catalog, knowledge=factory.knowledge, gateway=gateway),
        store.core.releases,
        pinned=release.release_id,
    )
    with TwilioServer(ACCOUNT, TOKEN) as twilio:
        channel = Channel(settings, core, store, twilio, bots)
        turns = TurnService(channel.settings, store, bots, metrics=Metrics(), traces=traces)
        sender = OutboxSender(channel.settings, store, channel.api, metrics=Metrics(), traces=traces)
        channel.customers = CustomerService(channel.settings, store, turns, sender, channel.leases)
        assert (await asyncio.to_thread(lambda: client.post(**request_of(form)))).status_code == 200
        customer_id = store.people.find(CUSTOMER)[0].customer_id
        await channel.serve(customer_id)
    traces.close()
    client.application.extensions["traces"].close()
    (message,) = store.inbox.of(customer_id)
    store.close()
    return message


async def test_a_message_can_be_followed_from_the_webhook_to_the_send(
    collector: OtlpCollector, settings: ChannelSettings, tmp_path: Path
):
    form = inbound_form("hola, soy Zacarías, ¿tienen jetta?")
    message = await followed(settings, Settings(_env_file=None, data_dir=tmp_path), form)
    assert message.tracking_id
    spans = collector.spans()
    by_name: dict[str, list[Any]] = {}
    for _, span in spans:
        by_name.setdefault(span.name, []).append(span)
    assert {service for service, _ in spans} == {"kavak-whatsapp-web", "kavak-whatsapp-worker"}
    (webhook,), (turn,) = by_name["webhook"], by_name["turn"]
    assert attributes(webhook)["message"] == form["MessageSid"]
    assert turn.trace_id.hex() == message.tracking_id
    assert {span.trace_id for span in (*by_name["model call"], *by_name["send"])} == {turn.trace_id}
    assert {span.parent_span_id for span in by_name["model call"]} == {turn.span_id}
    assert {attributes(span)["gen_ai.usage.input_tokens"] for span in by_name["model call"]} == {100}
    assert len(by_name["send"]) == 2
    everything = b"".join(collector.bodies)
    for word in ("Zacar", "jetta", CUSTOMER.removeprefix("whatsapp:+"), TOKEN):
        assert word.encode() not in everything
