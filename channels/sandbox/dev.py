"""`python -m channels dev`: the real web and worker processes, a Twilio fake, a page to write as a customer, and the
workbench on the same data."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bot_core.errors import ConfigurationError, UserError
from bot_core.settings import PROJECT_ROOT
from channels.sandbox.callbacks import Callbacks, inbound_form, inbound_message, post_signed
from channels.sandbox.twilio_server import TwilioServer

ACCOUNT = "AC" + "0" * 32
TOKEN = "sandbox-token"  # noqa: S105 - the fake's own
OURS = "whatsapp:+5215500000000"
CUSTOMER = "whatsapp:+5215512345678"
_PAGE = Path(__file__).with_name("phone.html")
_ID = re.compile(r"[0-9a-f]{32}")
_FIELDS = (
    "NumMedia", "MediaContentType0", "MediaUrl0", "Latitude", "Longitude", "MessageType", "ButtonPayload", "ButtonText",
)  # fmt: skip
_STARTUP_SECONDS = 30.0


class Sandbox:
    """Everything that Twilio would do, for one customer who writes by hand."""

    def __init__(self, web_url: str, *, port: int = 0) -> None:
        self.web_url = web_url
        callbacks = Callbacks(connect_to=web_url, statuses=("sent", "delivered"), delay=0.05)
        self.twilio = TwilioServer(ACCOUNT, TOKEN, callbacks=callbacks, port=port)

    def write(self, text: str, *, sender: str = CUSTOMER, **fields: str) -> int:
        """Send a customer's message through the real webhook; the HTTP status."""
        form = inbound_form(ACCOUNT, OURS, sender, text, **fields)
        self.twilio.hold_inbound(inbound_message(form))
        return post_signed(f"{self.web_url}/twilio/whatsapp", form, TOKEN)

    def environment(self, web_port: int) -> dict[str, str]:
        """Settings of the web and worker processes."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "KAVAK_WHATSAPP_SENDERS": OURS,
            "KAVAK_WHATSAPP_PUBLIC_URL": self.web_url,
            "KAVAK_WHATSAPP_API_BASE": self.twilio.url,
            "KAVAK_WHATSAPP_PORT": str(web_port),
            "KAVAK_WHATSAPP_HOST": "127.0.0.1",
        }

    def chat(self, sender: str = CUSTOMER) -> list[dict[str, str]]:
        with self.twilio.lock:
            messages = [one for one in self.twilio.messages.values() if sender in (one.sender, one.recipient)]
        return [
            {"from": "me" if one.direction == "inbound" else "bot", "text": one.body, "status": one.status}
            for one in messages
        ]


def start_process(name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """`python -m channels NAME` as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "channels", name], env=os.environ | environment)  # noqa: S603 - our own


def wait_until_live(url: str, *, seconds: float = _STARTUP_SECONDS) -> bool:
    import httpx

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz", timeout=1).status_code == 200:
                return True
        except httpx.HTTPError:
            time.sleep(0.1)
    return False


def run_dev(port: int, *, with_workbench: bool = True) -> None:
    """Until Ctrl+C, SIGTERM, or the end of one of the processes. The page listens on `port`, the web process on the
    next one, the workbench on the one after. Raises ConfigurationError when `port` is taken."""
    web_url = f"http://127.0.0.1:{port + 1}"
    sandbox = Sandbox(web_url)
    page = _page(sandbox, port)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with sandbox.twilio:
        environment = sandbox.environment(port + 1)
        processes = [start_process(name, environment) for name in ("web", "worker")]
        if with_workbench:
            processes.append(_start_workbench(port + 2, environment))
        try:
            wait_until_live(web_url)
            print(f"Write as a customer: http://127.0.0.1:{port}", flush=True)  # noqa: T201 - what the person waits for
            if with_workbench:
                print(f"The workbench on the same data: http://127.0.0.1:{port + 2}", flush=True)  # noqa: T201
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            print("One of the processes has ended.", flush=True)  # noqa: T201
        except KeyboardInterrupt:
            print("Stopping…", flush=True)  # noqa: T201
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
            page.shutdown()


def say(text: str, *, port: int, seconds: float = 15.0) -> list[str]:
    """Write to the sandbox that runs on `port`, as its page does; what comes back. Raises UserError when none runs."""
    import httpx

    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(timeout=seconds) as client:
            before = len(client.get(f"{url}/chat").json())
            client.post(url, json={"text": text}).raise_for_status()
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                new = [line["text"] for line in client.get(f"{url}/chat").json()[before + 1 :] if line["from"] == "bot"]
                if new:
                    # A notice comes alone, the reply right after it.
                    time.sleep(1.0)
                    return [line["text"] for line in client.get(f"{url}/chat").json()[before + 1 :]]
                time.sleep(0.2)
    except httpx.HTTPError as error:
        raise UserError(f"nothing answers on {url}", hint="start it: python -m channels dev") from error
    return []


def _start_workbench(port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """By its file: the two front doors do not import each other."""
    app = str(PROJECT_ROOT / "workbench" / "app.py")
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", app, *options]
    return subprocess.Popen(command, env=os.environ | environment)  # noqa: S603 - our own


def _page(sandbox: Sandbox, port: int) -> ThreadingHTTPServer:
    try:
        page = ThreadingHTTPServer(("127.0.0.1", port), _page_handler(sandbox))
    except OSError as error:
        raise ConfigurationError(f"port {port}: {error.strerror}", hint="--port names another one") from error
    threading.Thread(target=page.serve_forever, daemon=True).start()
    return page


def _page_handler(sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/ready":
                live = wait_until_live(sandbox.web_url, seconds=0.5)
                self._answer(200 if live else 503, json.dumps({"live": live}), "application/json")
            elif self.path == "/chat":
                self._answer(200, json.dumps(sandbox.chat()), "application/json")
            else:
                self._answer(200, _PAGE.read_text(encoding="utf-8"), "text/html; charset=utf-8")

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            status = sandbox.write(str(message.get("text", ""))[:1600], **_given(message))
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
