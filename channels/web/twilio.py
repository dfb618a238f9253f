"""The two addresses that Twilio calls: prove, keep, commit, answer. No model is called here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from flask import Blueprint, Request, Response, request

from bot_core.errors import StoreError
from bot_core.messages import utc_now
from channels.inbound.form import Refused
from channels.inbound.gate import RawRequest, WebhookGate
from channels.inbound.signature import SIGNATURE_HEADER
from channels.inbound.webhook import MESSAGE_SID, read_webhook
from channels.observability.logs import log
from channels.observability.metrics import WebMetrics
from channels.observability.traces import NoTraces, Span, Traces
from channels.store.deliveries import Deliveries
from channels.store.records import DeliveryEvent
from channels.store.statuses import is_status
from channels.web.reception import Reception
from channels.web.xml import xml

INBOUND_PATH = "/twilio/whatsapp"
STATUS_PATH = "/twilio/status"
_OUTBOX_ID = re.compile(r"[0-9a-f]{32}(?:-[a-z0-9]{1,12})?")
_ERROR_CODE = re.compile(r"[0-9]{1,8}")
_log = log(__name__)


def inbound_blueprint(
    gate: WebhookGate, reception: Reception, metrics: WebMetrics, traces: Traces | None = None
) -> Blueprint:
    blueprint = Blueprint("inbound", __name__)

    @blueprint.post(INBOUND_PATH)
    def inbound() -> Response:
        started = time.perf_counter()
        with (traces or NoTraces()).span("webhook") as span:
            response = _answered("webhook", metrics, lambda: _inbound(gate, reception, metrics, span))
            span.note(http__response__status_code=response.status_code)
        metrics.ack.observe(time.perf_counter() - started)
        return response

    return blueprint


def status_blueprint(gate: WebhookGate, deliveries: Deliveries, metrics: WebMetrics) -> Blueprint:
    blueprint = Blueprint("status", __name__)

    @blueprint.post(STATUS_PATH)
    def status() -> Response:
        return _answered("status", metrics, lambda: _status(gate, deliveries, metrics))

    return blueprint


def _inbound(gate: WebhookGate, reception: Reception, metrics: WebMetrics, span: Span) -> None:
    form = _form(gate)
    gate.check_inbound(form)
    webhook = read_webhook(form)
    taken = reception.take(webhook)
    metrics.webhooks.labels(taken.result).inc()
    span.note(customer=taken.customer_id, message=webhook.message_sid, kind=webhook.kind.value, outcome=taken.result)
    _log.info(taken.result, customer=taken.customer_id, message=webhook.message_sid, kind=webhook.kind.value)


def _status(gate: WebhookGate, deliveries: Deliveries, metrics: WebMetrics) -> None:
    form = _form(gate)
    gate.check_status(form)
    sid, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
    error, outbox_id = form.get("ErrorCode", ""), request.args.get("o", "")
    if not MESSAGE_SID.fullmatch(sid) or not is_status(status):
        raise Refused(400, "field_MessageStatus")
    deliveries.report(
        DeliveryEvent(
            message_sid=sid,
            status=status,
            error_code=error if _ERROR_CODE.fullmatch(error) else "",
            outbox_id=outbox_id if _OUTBOX_ID.fullmatch(outbox_id) else None,
            received_at=utc_now(),
        )
    )
    metrics.statuses.labels(status).inc()


def _answered(what: str, metrics: WebMetrics, work: Callable[[], None]) -> Response:
    """200 only when all is committed; 503 asks Twilio to come again or to take the fallback."""
    try:
        work()
    except Refused as refused:
        metrics.webhooks.labels(refused.reason).inc()
        computed = {"computed_on": refused.url} if refused.url else {}
        _log.warning("refused", what=what, reason=refused.reason, **computed)
        return xml(refused.status)
    except StoreError as error:
        metrics.webhooks.labels("unavailable").inc()
        metrics.errors.labels(type(error).__name__).inc()
        _log.error("unavailable", what=what, error=type(error).__name__)
        return xml(503)
    return xml()


def _form(gate: WebhookGate) -> dict[str, str]:
    raw = _raw(request)
    gate.check_head(raw)
    return gate.read(raw, request.get_data(cache=False))


def _raw(incoming: Request) -> RawRequest:
    return RawRequest(
        path=incoming.path,
        query=incoming.query_string,
        content_type=incoming.content_type,
        length=incoming.content_length,
        signature=incoming.headers.get(SIGNATURE_HEADER),
    )
