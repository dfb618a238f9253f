"""A model on loopback for the scorecard: OpenAI's chat completions over real HTTP, slow and moody on purpose.

It understands every message as a greeting. What it is for: counting. Which questions it has answered (and been paid
for), to which worker (each has a key of its own), how many at once, and how many at once for one customer.
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

_CUSTOMER = re.compile(r"\bc(\d+)m\d+")
_SLICE = 0.05
_HANGING = 120.0


@dataclass(slots=True)
class Call:
    """One question on the wire. Times are time.time()."""

    serial: int
    """Unique; told as the number of prompt tokens, so that it is found again wherever the answer was kept."""
    question: str
    """Hash of the messages."""
    customer: str
    key: str
    """Who asked, by the API key."""
    asked_at: float
    answered_at: float | None = None
    """None: refused, never answered, or nobody was there any more."""
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Mood:
    seconds: tuple[float, float]
    """Range of its thinking time."""
    refused: float = 0.0
    """Share of 429s."""
    hanging: float = 0.0
    """Share that is never answered."""


class SlowModel:
    def __init__(self, mood: Mood, *, seed: int = 7) -> None:
        self.mood = mood
        self._random = random.Random(seed)
        self.lock = threading.Lock()
        self.calls: list[Call] = []
        self.in_flight = 0
        self.peak = 0
        self.side_by_side = 0
        """Questions that came for a customer while another one of the same customer was being answered."""
        self._customers: dict[str, int] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> SlowModel:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def in_mood(self, mood: Mood) -> Iterator[None]:
        """For the questions that come meanwhile; those under way keep the time that they were given."""
        usual, self.mood = self.mood, mood
        try:
            yield
        finally:
            self.mood = usual

    # what the handler asks

    def draw(self) -> tuple[str, float]:
        with self.lock:
            mood, drawn = self.mood, self._random.random()
            seconds = self._random.uniform(*mood.seconds)
        if drawn < mood.refused:
            return "429", 0.0
        return ("hang", _HANGING) if drawn < mood.refused + mood.hanging else ("ok", seconds)

    def begins(self, question: str, customer: str, key: str) -> Call:
        with self.lock:
            call = Call(len(self.calls) + 1, question, customer, key, time.time())
            self.calls.append(call)
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            others = self._customers.get(customer, 0)
            self._customers[customer] = others + 1
            self.side_by_side += bool(customer) and others > 0
        return call

    def ends(self, call: Call, *, answered: bool) -> None:
        with self.lock:
            call.ended_at = time.time()
            call.answered_at = call.ended_at if answered else None
            self.in_flight -= 1
            self._customers[call.customer] -= 1


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
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        model = self.server.model
        asked = json.dumps(question.get("messages"), sort_keys=True)
        found = _CUSTOMER.findall(asked)
        mood, seconds = model.draw()
        if mood == "429":
            self._answer(429, {"error": {"message": "slow down", "type": "rate_limit", "code": "rate_limit_exceeded"}})
            return
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        call = model.begins(hashlib.sha256(asked.encode()).hexdigest(), found[-1] if found else "", key)
        stays = self._waited(seconds) and mood == "ok"
        # Before the answer is out: whoever asks next must not find this one still under way.
        model.ends(call, answered=stays)
        if stays:
            self._answer(200, _completion(question, call.serial))
        else:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        del format, args

    def _waited(self, seconds: float) -> bool:
        """False as soon as who asked is gone: a dead worker's question is nobody's any more."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], min(left, _SLICE))
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


def _completion(question: dict[str, Any], serial: int) -> dict[str, Any]:
    if "intents" in json.dumps(question.get("response_format") or question.get("tools") or ""):
        answer: dict[str, Any] = {"intents": [{"intent": "greeting", "confidence": 0.9}], "language": "es"}
    else:
        answer = {"text": "¡Hola! Soy el asistente de Kavak. ¿Qué auto buscas?"}
    return {
        "id": f"chatcmpl-{serial}",
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
        "usage": {"prompt_tokens": serial, "completion_tokens": 20, "total_tokens": serial + 20},
    }
