"""Prometheus metrics: what a process counts itself, and what is read from the database when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select

from bot_core.errors import StoreError
from bot_core.messages import utc_now
from bot_core.store.tables import feedback, turns
from bot_core.trace import TurnTrace
from channels.store.records import InboundState
from channels.store.store import ChannelStore
from channels.store.tables import inbound_messages, outbox

_ACK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_TURN_SECONDS = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


class _Figures:
    """In a registry of its own: two apps in one process do not collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.errors = self._counter("errors", "Errors by class.", "kind")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"whatsapp_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"whatsapp_{name}", what, labels, registry=self.registry)

    def _seconds(self, name: str, what: str, buckets: Sequence[float] = _TURN_SECONDS) -> Histogram:
        return Histogram(f"whatsapp_{name}", what, buckets=buckets, registry=self.registry)


class WebMetrics(_Figures):
    """What the web process counts, the fallback too."""

    def __init__(self) -> None:
        super().__init__()
        self.webhooks = self._counter("webhooks", "Webhooks by what became of them.", "result")
        self.ack = self._seconds("ack_seconds", "From request to answer.", _ACK_SECONDS)
        self.statuses = self._counter("status_callbacks", "Status callbacks by status.", "status")


class Metrics(_Figures):
    """What a worker counts."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = self._seconds("turn_seconds", "The bot's time for a turn.")
        self.model = self._seconds("model_seconds", "The models' time for a turn.")
        self.reply = self._seconds(
            "reply_seconds", "From a message's arrival to the acceptance of its reply by Twilio."
        )
        self.turn_wait = self._seconds("turn_wait_seconds", "A turn's wait for a place.")
        self.turns = self._counter(
            "turns", "Turns by release and by whether a fallback answered.", "release", "fallback"
        )
        self.model_calls = self._counter("model_calls", "Model calls by model and outcome.", "model", "result")
        self.model_calls_open = self._gauge("model_calls_open", "Model calls under way.", "model")
        self.tokens = self._counter("model_tokens", "Tokens by model and direction.", "model", "direction")
        self.cost = self._counter("model_cost_usd", "Cost by model in US dollars.", "model")
        self.frequent_questions = self._counter(
            "frequent_questions", "Cached answers: hit or miss.", "result", "purpose"
        )
        self.typing = self._counter("typing", "Typing indicators.", "result")
        self.sends = self._counter("sends", "Sends by what became of them.", "result")


def count_turn(metrics: Metrics, trace: TurnTrace) -> None:
    """What a finished turn used."""
    metrics.turn.observe(trace.total_seconds)
    metrics.model.observe(trace.model_seconds)
    metrics.turns.labels(trace.release_id, str(trace.used_fallback).lower()).inc()
    for call in trace.calls:
        for attempt in call.attempts:
            metrics.model_calls.labels(attempt.model, attempt.error or "ok").inc()
        metrics.tokens.labels(call.model, "input").inc(call.usage.input_tokens)
        metrics.tokens.labels(call.model, "output").inc(call.usage.output_tokens)
        metrics.cost.labels(call.model).inc(float(call.cost_usd))


class StoreCollector(Collector):
    """Queues, money and opinions, from the database: the same figures from whichever process answers."""

    def __init__(self, store: ChannelStore) -> None:
        self._store = store

    def collect(self) -> Iterator[Any]:
        try:
            with self._store.database.read() as connection:
                yield from self._families(connection)
        except StoreError:
            # /readyz says so; the process's own counters are still worth reading.
            return

    def _families(self, connection: Connection) -> Iterator[Any]:
        states = GaugeMetricFamily("whatsapp_inbound_messages", "Stored messages by state.", labels=["state"])
        for state, count in connection.execute(
            select(inbound_messages.c.state, func.count()).group_by(inbound_messages.c.state)
        ):
            states.add_metric([state], count)
        yield states
        oldest = connection.scalar(
            select(func.min(inbound_messages.c.received_at)).where(
                inbound_messages.c.state == InboundState.RECEIVED.value
            )
        )
        age = (utc_now() - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("whatsapp_oldest_waiting_seconds", "Age of the oldest unanswered message.", value=age)
        sends = GaugeMetricFamily("whatsapp_outbox_messages", "Outgoing messages by state.", labels=["state"])
        for state, count in connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)):
            sends.add_metric([state], count)
        yield sends
        yield from _spending(connection)


def _spending(connection: Connection) -> Iterator[Any]:
    row = connection.execute(
        select(
            func.count(), func.sum(turns.c.input_tokens), func.sum(turns.c.output_tokens), func.sum(turns.c.cost_usd)
        )
    ).one()
    yield GaugeMetricFamily("kavak_turns_total", "Logged turns of all channels.", value=row[0])
    tokens = GaugeMetricFamily("kavak_tokens_total", "Tokens of all logged turns.", labels=["direction"])
    tokens.add_metric(["input"], row[1] or 0)
    tokens.add_metric(["output"], row[2] or 0)
    yield tokens
    yield GaugeMetricFamily("kavak_cost_usd_total", "Cost of all logged turns in US dollars.", value=float(row[3] or 0))
    opinions = GaugeMetricFamily("kavak_feedback_total", "Opinions by source and value.", labels=["source", "value"])
    for source, value, count in connection.execute(
        select(feedback.c.source, feedback.c.value, func.count()).group_by(feedback.c.source, feedback.c.value)
    ):
        opinions.add_metric([source, value], count)
    yield opinions
