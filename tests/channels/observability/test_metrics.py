"""Every figure that the docs name is there, with the numbers of what happened, and nobody's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot_core.messages import utc_now
from bot_core.settings import Settings
from bot_core.trace import Attempt, ModelCall, TurnTrace, Usage
from channels.inbound.reading import read_signals
from channels.inbound.webhook import read_webhook
from channels.observability.metrics import Metrics, StoreCollector, WebMetrics, count_turn
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore, open_channel_store
from channels.turns.bots import open_bots
from tests.fakes.channel import Channel
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, TOKEN, inbound_form

PAGE = Path(__file__).resolve().parents[3] / "docs" / "whatsapp.md"


@pytest.fixture
def channel(settings: ChannelSettings, core: Settings, store: ChannelStore) -> Iterator[Channel]:
    with TwilioServer(ACCOUNT, TOKEN) as twilio:
        yield Channel(settings, core, store, twilio, open_bots(settings, store, core, metrics=Metrics()))


def test_a_turn_is_counted_by_model_and_release():
    metrics = Metrics()
    call = ModelCall(
        agent="greeting",
        purpose="reply",
        prompt_id="greeting/v001",
        prompt_hash="0",
        model="openai/x",
        usage=Usage(input_tokens=120, output_tokens=30),
        cost_usd=Decimal("0.002"),
        attempts=[Attempt(model="openai/x", error="ModelTimeout"), Attempt(model="openai/x")],
        fallback=True,
    )
    count_turn(metrics, TurnTrace(tracking_id="t", release_id="r1", calls=[call], total_seconds=2, model_seconds=1))
    value = metrics.registry.get_sample_value
    assert value("whatsapp_turns_total", {"release": "r1", "fallback": "true"}) == 1
    assert value("whatsapp_model_calls_total", {"model": "openai/x", "result": "ModelTimeout"}) == 1
    assert value("whatsapp_model_calls_total", {"model": "openai/x", "result": "ok"}) == 1
    assert value("whatsapp_model_tokens_total", {"model": "openai/x", "direction": "input"}) == 120
    assert value("whatsapp_model_cost_usd_total", {"model": "openai/x"}) == pytest.approx(0.002)
    assert value("whatsapp_turn_seconds_sum") == 2
    assert value("whatsapp_model_seconds_sum") == 1


async def test_a_conversation_shows_in_the_figures_and_nobody_in_it(channel: Channel):
    channel.metrics.registry.register(StoreCollector(channel.store))
    await channel.talk("hola, soy Zacarías, ¿tienen jetta?")
    await channel.talk("👍")
    late = read_webhook(inbound_form("¿y en rojo?", sender="whatsapp:+5215500000001"))
    waited = timedelta(seconds=100)
    channel.store.inbox.add(late.model_copy(update={"received_at": utc_now() - waited}), read_signals(late))
    value = channel.metrics.registry.get_sample_value
    assert value("kavak_turns_total") == 1
    assert value("kavak_feedback_total", {"source": "customer", "value": "up"}) == 1
    assert value("whatsapp_inbound_messages", {"state": "received"}) == 1
    assert value("whatsapp_outbox_messages", {"state": "accepted"}) == 2
    assert 100 <= (value("whatsapp_oldest_waiting_seconds") or 0.0) < 200
    assert value("whatsapp_sends_total", {"result": "accepted"}) == 2
    assert value("whatsapp_reply_seconds_count") == 1
    assert value("whatsapp_turn_wait_seconds_count") == 1
    shown = generate_latest(channel.metrics.registry).decode()
    for word in (
        "Zacar",
        "jetta",
        CUSTOMER.removeprefix("whatsapp:+"),
        channel.store.people.find(CUSTOMER)[0].customer_id,
    ):
        assert word not in shown


def families(registry: CollectorRegistry) -> set[str]:
    """By the names that the docs use: counters end in _total."""
    return {f"{one.name}_total" if one.type == "counter" else one.name for one in registry.collect()}


def named_in_docs() -> list[set[str]]:
    """Of the web process, of a worker."""
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("- **Metrics** of the web process") : text.index("- **Traces**")]
    return [
        {name.replace("…_", "whatsapp_") for name in re.findall(r"`((?:whatsapp|kavak)_\w+|…_\w+)`", part)}
        for part in section.split("- **Metrics of a worker**")
    ]


def test_each_process_shows_its_own_figures_all_of_them_in_the_docs(settings: ChannelSettings, tmp_path: Path):
    """A worker's histogram in the web process would stand at zero for ever."""
    store = open_channel_store(settings, Settings(_env_file=None, data_dir=tmp_path))
    of_web, of_worker = named_in_docs()
    web = WebMetrics()
    web.registry.register(StoreCollector(store))
    assert families(web.registry) == of_web
    assert families(Metrics().registry) == of_worker
    assert of_web & of_worker == {"whatsapp_errors_total"}
    store.close()
