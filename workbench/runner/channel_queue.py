"""The queue of the WhatsApp channel, read from its metrics over HTTP: the workbench knows none of its tables."""

from __future__ import annotations

import logging
from dataclasses import dataclass

_SECONDS = 1.0
_MOST_BYTES = 2_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Queue:
    waiting: int
    """Messages of customers that have no answer yet."""
    oldest_seconds: float
    failed: int
    """Messages that nothing automatic will answer any more."""
    unsent: int
    """Answers that have not left yet."""


def read_queue(url: str) -> Queue | None:
    """None when nobody answers there within a second, or something else than metrics."""
    import httpx

    try:
        answer = httpx.get(url, timeout=_SECONDS)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        _log.info("%s: %s", url, error)
        return None
    return parse_queue(answer.text[:_MOST_BYTES])


def parse_queue(metrics: str) -> Queue | None:
    """From the text format of Prometheus; None when the channel's own figures are not in it."""
    from prometheus_client.parser import text_string_to_metric_families

    found: dict[str, float] = {}
    try:
        for family in text_string_to_metric_families(metrics):
            for sample in family.samples:
                found[f"{sample.name}/{sample.labels.get('state', '')}"] = sample.value
    except ValueError:
        return None
    age = found.get("whatsapp_oldest_waiting_seconds/")
    if age is None:
        return None
    pending = ("pending", "sending", "send_unknown")
    return Queue(
        waiting=int(found.get("whatsapp_inbound_messages/received", 0)),
        oldest_seconds=age,
        failed=int(found.get("whatsapp_inbound_messages/failed", 0)),
        unsent=sum(int(found.get(f"whatsapp_outbox_messages/{state}", 0)) for state in pending),
    )
