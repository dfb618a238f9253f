"""The sandbox's customer: writes through the real webhook as Twilio would, from a page or from the workbench."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot_core.errors import ConfigurationError
from bot_core.messages import MessageKind
from channels.privacy.keys import Pseudonyms
from channels.sandbox.callbacks import Callbacks, inbound_form, inbound_message, post_signed
from channels.sandbox.live import wait_until_live
from channels.sandbox.page import language_of, render_page, shown
from channels.sandbox.twilio_server import TwilioServer

ACCOUNT = "AC" + "0" * 32
TOKEN = "sandbox-token"  # noqa: S105 - the fake's own
OURS = "whatsapp:+5215500000000"
CUSTOMER = "whatsapp:+5215512345678"
_ID = re.compile(r"[0-9a-f]{32}")
_FIELDS = (
    "NumMedia", "MediaContentType0", "MediaUrl0", "Latitude", "Longitude", "MessageType", "ButtonPayload", "ButtonText",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """What the sandbox stands on."""

    data_identity: str
    """Of the settings that its processes have."""
    hash_key: bytes
    """The key of the channel's pseudonyms."""


class Sandbox:
    """Everything that Twilio would do, for one customer who writes by hand."""

    def __init__(self, web_port: int, ground: Ground) -> None:
        self.web_url = f"http://127.0.0.1:{web_port}"
        self._web_port = web_port
        self._ground = ground
        self._kinds: dict[str, MessageKind] = {}
        """Of the messages that the webhook took."""
        callbacks = Callbacks(connect_to=self.web_url, statuses=("sent", "delivered"), delay=0.05)
        self.twilio = TwilioServer(ACCOUNT, TOKEN, callbacks=callbacks)

    def write(self, text: str, *, kind: MessageKind = MessageKind.TEXT, **fields: str) -> int:
        """Send a customer's message through the real webhook; the HTTP status. One id is one message."""
        form = inbound_form(ACCOUNT, OURS, CUSTOMER, text, **fields)
        sid = form["MessageSid"]
        with self.twilio.lock:
            if sid not in self.twilio.messages:
                self.twilio.hold_inbound(inbound_message(form))
        status = post_signed(f"{self.web_url}/twilio/whatsapp", form, TOKEN)
        if status == 200:
            self._kinds[sid] = kind
        return status

    def environment(self) -> dict[str, str]:
        """Settings of the web and worker processes."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "KAVAK_WHATSAPP_SENDERS": OURS,
            "KAVAK_WHATSAPP_PUBLIC_URL": self.web_url,
            "KAVAK_WHATSAPP_API_BASE": self.twilio.url,
            "KAVAK_WHATSAPP_PORT": str(self._web_port),
            "KAVAK_WHATSAPP_HOST": "127.0.0.1",
            "KAVAK_WHATSAPP_HASH_KEY": self._ground.hash_key.decode(),
        }

    def settings(self) -> dict[str, str]:
        """Fields of ChannelSettings with which an operator's command talks to this Twilio: the fake's own, no key."""
        return {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "senders": OURS,
            "public_url": self.web_url,
            "api_base": self.twilio.url,
        }

    def state(self) -> dict[str, Any]:
        """Whether the webhook listens and where, on whose data, and under which key the store knows the customer."""
        return {
            "live": wait_until_live(self.web_url, seconds=0.5),
            "web_port": self._web_port,
            "serves": self._ground.data_identity,
            "customer": Pseudonyms(self._ground.hash_key).of(ACCOUNT, OURS, CUSTOMER),
        }

    def chat(self) -> list[dict[str, str | None]]:
        """Oldest first. `taken` is the kind of a message that the webhook took, None before."""
        with self.twilio.lock:
            messages = [one for one in self.twilio.messages.values() if CUSTOMER in (one.sender, one.recipient)]
        return [
            {
                "from": "me" if one.direction == "inbound" else "bot",
                "text": one.body,
                "html": shown(one.body),
                "status": one.status,
                "id": one.sid,
                "at": one.created_at.isoformat(),
                "taken": self._kinds.get(one.sid),
            }
            for one in messages
        ]


def serve_page(sandbox: Sandbox, port: int) -> ThreadingHTTPServer:
    """The page to write as the customer, and what the workbench asks; 0 is any free port. Raises ConfigurationError
    when `port` is taken."""
    try:
        page = ThreadingHTTPServer(("127.0.0.1", port), _handler(sandbox))
    except OSError as error:
        raise ConfigurationError(f"port {port}: {error.strerror}", hint="--port names another one") from error
    threading.Thread(target=page.serve_forever, daemon=True).start()
    return page


def _handler(sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/ready":
                state = sandbox.state()
                self._answer(200 if state["live"] else 503, json.dumps(state), "application/json")
            elif self.path == "/chat":
                self._answer(200, json.dumps(sandbox.chat()), "application/json")
            else:
                self._answer(200, render_page(language_of(self.path)), "text/html; charset=utf-8")

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            kind = MessageKind(message["kind"]) if message.get("kind") in list(MessageKind) else MessageKind.TEXT
            status = sandbox.write(str(message.get("text", ""))[:1600], kind=kind, **_given(message))
            self._answer(200 if status == 200 else 502, json.dumps({"webhook": status}), "application/json")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            del format, args

        def _answer(self, status: int, body: str, kind: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _given(message: dict[str, Any]) -> dict[str, str]:
    """What else a page may say of a message: its id (32 hexadecimal digits) and fields of Twilio's webhook."""
    fields = message.get("fields") or {}
    given = {name: str(fields[name]) for name in _FIELDS if name in fields}
    sid = str(message.get("id") or "")
    return given | ({"MessageSid": f"SM{sid}"} if _ID.fullmatch(sid) else {})
