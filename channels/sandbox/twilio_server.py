"""Twilio on loopback: its REST API over real HTTP, its webhooks signed by its own library, and its faults on demand.

    with TwilioServer(account, token) as twilio:
        twilio.script("429", "500_sent")          # the next two creations; then `twilio.default`
        ... the real twilio client with api_base=twilio.url ...
        twilio.outbound                            # what customers would have received, in order

It ships with the product: `python -m channels dev` and the scorecard run on it.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot_core.messages import utc_now
from channels.sandbox.callbacks import Callbacks
from channels.sandbox.wire import API_VERSION, MAX_BODY, FakeMessage, fault, page

Behaviour = str
"""What becomes of a creation: "ok", "429", "500", "500_sent", "timeout_sent", "timeout", "cut", or an error code."""

_SENT = frozenset({"ok", "500_sent", "timeout_sent"})


class TwilioServer:
    """Listens on a free port of 127.0.0.1 from `start` (or the `with`) to `stop`."""

    def __init__(
        self,
        account_sid: str,
        token: str,
        *,
        default: Behaviour | Callable[[dict[str, str]], Behaviour] = "ok",
        hang_seconds: float = 1.0,
        callbacks: Callbacks | None = None,
        port: int = 0,
    ) -> None:
        self.account_sid = account_sid
        self.token = token
        self.default = default
        self.hang_seconds = hang_seconds
        self.callbacks = callbacks
        self.messages: dict[str, FakeMessage] = {}
        self.typing: list[str] = []
        self.creations = 0
        self.lock = threading.RLock()
        self._script: deque[Behaviour] = deque()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.twilio = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="twilio-server", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def outbound(self) -> list[FakeMessage]:
        """What was really sent, in order."""
        with self.lock:
            return [message for message in self.messages.values() if message.direction != "inbound"]

    def sent_to(self, customer: str) -> list[FakeMessage]:
        return [message for message in self.outbound if message.recipient == customer]

    def script(self, *behaviours: Behaviour) -> None:
        self._script.extend(behaviours)

    def reset(self) -> None:
        """Forget everything; for servers that several tests share."""
        with self.lock:
            self.messages.clear()
            self.typing.clear()
            self._script.clear()
            self.creations = 0
            self.default = "ok"

    def hold_inbound(self, message: FakeMessage) -> None:
        """Keep a customer's message, so that the list shows it."""
        with self.lock:
            self.messages[message.sid] = message

    def start(self) -> TwilioServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> TwilioServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    # what the handler asks

    def behaviour(self, form: dict[str, str]) -> Behaviour:
        with self.lock:
            self.creations += 1
            if self._script:
                return self._script.popleft()
        return self.default(form) if callable(self.default) else self.default

    def create(self, form: dict[str, str]) -> FakeMessage:
        message = FakeMessage(
            sid=f"SM{uuid.uuid4().hex}",
            account_sid=self.account_sid,
            direction="outbound-api",
            sender=form["From"],
            recipient=form["To"],
            body=form.get("Body") or _rendered(form),
            created_at=utc_now(),
            content_sid=form.get("ContentSid"),
            content_variables=form.get("ContentVariables"),
            status_callback=form.get("StatusCallback"),
            parameters=form,
        )
        with self.lock:
            self.messages[message.sid] = message
        if self.callbacks:
            self.callbacks.follow(message, self.token)
        return message


def _rendered(form: dict[str, str]) -> str:
    """Twilio keeps the text that a content came to; the fake's contents are their first variable."""
    return str(json.loads(form.get("ContentVariables") or "{}").get("1", ""))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed cuts its connections: nothing to report."""
        del request, client_address

    request_queue_size = 256
    twilio: TwilioServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(), True))
        if not self._is_authorized():
            return
        path = urlsplit(self.path).path
        if path == "/v2/Indicators/Typing.json":
            self.server.twilio.typing.append(form["messageId"])
            self._answer(201, {"success": True})
        elif path == f"{self._account}/Messages.json":
            self._create(form)
        else:
            self._missing()

    def do_GET(self) -> None:
        if not self._is_authorized():
            return
        twilio = self.server.twilio
        parts = urlsplit(self.path)
        if parts.path == f"{self._account}/Messages.json":
            wanted = dict(parse_qsl(parts.query))
            with twilio.lock:
                found = [one for one in twilio.messages.values() if _fits(one, wanted)]
            self._answer(200, page("messages", [one.resource() for one in reversed(found)], self.path))
            return
        message = self._message(parts.path)
        if message is None:
            self._missing()
        elif parts.path.endswith("/Media.json"):
            media = [{"sid": f"ME{i:032x}", "content_type": kind} for i, kind in enumerate(message.media_types)]
            self._answer(200, page("media_list", media, self.path))
        else:
            self._answer(200, message.resource())

    def do_DELETE(self) -> None:
        if not self._is_authorized():
            return
        message = self._message(self.path)
        if message is None:
            self._missing()
            return
        with self.server.twilio.lock:
            if "/Media/" in self.path:
                message.media_types.clear()
            else:
                del self.server.twilio.messages[message.sid]
        self._answer(204, None)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        del format, args

    def _create(self, form: dict[str, str]) -> None:
        twilio = self.server.twilio
        if len(form.get("Body", "")) > MAX_BODY:
            self._answer(400, fault(400, 21617, "The concatenated message body exceeds the 1600 character limit"))
            return
        behaviour = twilio.behaviour(form)
        message = twilio.create(form) if behaviour in _SENT else None
        match behaviour:
            case "ok":
                assert message
                self._answer(201, message.resource())
            case "429":
                self._answer(429, fault(429, 20429, "Too Many Requests"))
            case "500" | "500_sent":
                self._answer(500, fault(500, 20500, "An internal server error has occurred"))
            case "timeout" | "timeout_sent":
                time.sleep(twilio.hang_seconds)
                self.close_connection = True
            case "cut":
                self.close_connection = True
            case code:
                self._answer(400, fault(400, int(code), "refused"))

    @property
    def _account(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.server.twilio.account_sid}"

    def _message(self, path: str) -> FakeMessage | None:
        parts = path.removeprefix(f"{self._account}/Messages/").split("/")
        with self.server.twilio.lock:
            return self.server.twilio.messages.get(parts[0].removesuffix(".json"))

    def _is_authorized(self) -> bool:
        twilio = self.server.twilio
        expected = base64.b64encode(f"{twilio.account_sid}:{twilio.token}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {expected}":
            return True
        self._answer(401, fault(401, 20003, "Authenticate"))
        return False

    def _missing(self) -> None:
        self._answer(404, fault(404, 20404, "The requested resource was not found"))

    def _answer(self, status: int, body: dict[str, Any] | None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _fits(message: FakeMessage, wanted: dict[str, str]) -> bool:
    day = (wanted.get("DateSent>") or "")[:10]
    return (
        wanted.get("To") in (None, message.recipient)
        and wanted.get("From") in (None, message.sender)
        and message.created_at.strftime("%Y-%m-%d") >= day
    )
