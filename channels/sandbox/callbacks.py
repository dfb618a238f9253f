"""Calls that Twilio makes to us: webhooks and status callbacks, signed as Twilio signs them."""

from __future__ import annotations

import http.client
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

from bot_core.messages import utc_now
from channels.sandbox.wire import API_VERSION, FakeMessage

_FORM = "application/x-www-form-urlencoded"


def post_signed(
    url: str, form: dict[str, str], token: str, *, connect_to: str | None = None, timeout: float = 15.0
) -> int:
    """The HTTP status, 0 when nobody answered. `connect_to` is where `url` really is listened to."""
    parts = urlsplit(url)
    target = urlsplit(connect_to) if connect_to else parts
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": _FORM, "X-Twilio-Signature": signature_of(url, form, token)}
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=timeout)
    try:
        connection.request("POST", path, urlencode(form), headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return response.status


def signature_of(url: str, form: dict[str, str], token: str) -> str:
    """By Twilio's own library."""
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

    return str(RequestValidator(token).compute_signature(url, form))


def inbound_form(account_sid: str, ours: str, sender: str, text: str, **fields: str) -> dict[str, str]:
    """The parameters of a customer's message."""
    sid = fields.pop("MessageSid", f"SM{uuid.uuid4().hex}")
    return {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ProfileName": "Cliente",
        "MessageType": "text",
        "SmsSid": sid,
        "WaId": sender.removeprefix("whatsapp:+"),
        "SmsStatus": "received",
        "Body": text,
        "To": ours,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": sender,
        "ApiVersion": API_VERSION,
    } | fields


def inbound_message(form: dict[str, str]) -> FakeMessage:
    """The same message as Twilio's list shows it later."""
    media = [form.get(f"MediaContentType{index}", "") for index in range(int(form.get("NumMedia") or 0))]
    return FakeMessage(
        sid=form["MessageSid"],
        account_sid=form["AccountSid"],
        direction="inbound",
        sender=form["From"],
        recipient=form["To"],
        body=form["Body"],
        created_at=utc_now(),
        status="received",
        media_types=media,
    )


class Callbacks:
    """Reports of what becomes of each message we sent: `statuses` of every one, or what `plan` says of it."""

    def __init__(
        self,
        *,
        connect_to: str | None = None,
        statuses: tuple[str, ...] = ("sent", "delivered"),
        delay: float = 0.0,
        plan: Callable[[FakeMessage], Sequence[str]] | None = None,
        attempts: int = 1,
    ) -> None:
        self.connect_to = connect_to
        self.statuses = statuses
        self.delay = delay
        self._plan = plan
        self._attempts = attempts
        self._closed = False
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="callbacks")

    def follow(self, message: FakeMessage, token: str) -> None:
        if message.status_callback:
            statuses = self._plan(message) if self._plan else self.statuses
            self._pool.submit(self._report, message, statuses, token)

    def _report(self, message: FakeMessage, statuses: Sequence[str], token: str) -> None:
        for status in statuses:
            time.sleep(self.delay)
            if self._told(message, status, token) == 200:
                message.reported.append(status)
                message.status = status

    def _told(self, message: FakeMessage, status: str, token: str) -> int:
        assert message.status_callback
        form = status_form(message, status)
        for attempt in range(self._attempts):
            answer = post_signed(message.status_callback, form, token, connect_to=self.connect_to)
            if answer not in (0, 503) or self._closed:
                break
            time.sleep(0.2 * (attempt + 1))
        return answer

    def close(self) -> None:
        """What is still under way is told once more, whether anybody listens or not."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)


def status_form(message: FakeMessage, status: str) -> dict[str, str]:
    return {
        "SmsSid": message.sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": message.recipient,
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "From": message.sender,
        "ApiVersion": API_VERSION,
    }
