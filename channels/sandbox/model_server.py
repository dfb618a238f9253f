"""A model on loopback for the scorecard: OpenAI's chat completions over real HTTP, slow and moody on purpose.

It understands every message as a greeting. What it is for: counting. Which questions it has answered (and been paid
for), how many at once, and how many at once for one customer.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import select
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

_CUSTOMER = re.compile(r"\bc(\d+)m\d+")
_SLICE = 0.02


class SlowModel:
    """`seconds` is the range of its thinking time; shares of questions are refused (429) or never answered."""

    def __init__(
        self, *, seconds: tuple[float, float], refused: float = 0.0, hanging: float = 0.0, seed: int = 7
    ) -> None:
        self._seconds = seconds
        self._refused = refused
        self._hanging = hanging
        self._random = random.Random(seed)
        self.lock = threading.Lock()
        self.answered: Counter[str] = Counter()
        self.in_flight = 0
        self.peak = 0
        self.side_by_side = 0
        """Questions that came for a customer while another one of the same customer was being answered."""
        self._customers: Counter[str] = Counter()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def paid_twice(self) -> int:
        return sum(count - 1 for count in self.answered.values())

    def __enter__(self) -> SlowModel:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    # what the handler asks

    def mood(self) -> tuple[str, float]:
        with self.lock:
            drawn = self._random.random()
            seconds = self._random.uniform(*self._seconds)
        if drawn < self._refused:
            return "429", 0.0
        return ("hang", 60.0) if drawn < self._refused + self._hanging else ("ok", seconds)

    def begins(self, customer: str) -> None:
        with self.lock:
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            self._customers[customer] += 1
            self.side_by_side += bool(customer) and self._customers[customer] > 1

    def ends(self, customer: str) -> None:
        with self.lock:
            self.in_flight -= 1
            self._customers[customer] -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed cuts its connections: nothing to report."""
        del request, client_address

    request_queue_size = 128
    model: SlowModel


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        question = json.loads(raw)
        model = self.server.model
        asked = json.dumps(question.get("messages"), sort_keys=True)
        found = _CUSTOMER.findall(asked)
        customer = found[-1] if found else ""
        mood, seconds = model.mood()
        if mood == "429":
            self._answer(429, {"error": {"message": "slow down", "type": "rate_limit", "code": "rate_limit_exceeded"}})
            return
        model.begins(customer)
        try:
            stays = self._waited(seconds)
        finally:
            model.ends(customer)
        if not stays or mood == "hang":
            self.close_connection = True
            return
        with model.lock:
            model.answered[hashlib.sha256(asked.encode()).hexdigest()] += 1
        self._answer(200, _completion(question))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        del format, args

    def _waited(self, seconds: float) -> bool:
        """False as soon as who asked is gone: a dead worker's question is nobody's any more."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            readable, _, _ = select.select([self.connection], [], [], _SLICE)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return False
        return True

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _completion(question: dict[str, Any]) -> dict[str, Any]:
    if "intents" in json.dumps(question.get("response_format") or question.get("tools") or ""):
        answer: dict[str, Any] = {"intents": [{"intent": "greeting", "confidence": 0.9}], "language": "es"}
    else:
        answer = {"text": "¡Hola! Soy el asistente de Kavak. ¿Qué auto buscas?"}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": question.get("model", "fake-model"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": json.dumps(answer, ensure_ascii=False)},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
