"""A scripted model server on loopback: OpenAI's /v1/chat/completions and Ollama's /api/chat over real HTTP.

    with ModelServer() as server:
        server.script(rate_limited(retry_after=0.01), Answer({"text": "hola"}))
        ... call "openai/fake-model" with api_base=server.openai_base, or "ollama_chat/…" with server.ollama_base
        assert len(server.chats) == 2
        server.assert_consumed()

A script is used in order; when it is empty `server.default` answers (a function of the request, or a behaviour).
`server.hold()` keeps every answer back until `server.release()`; `server.wait_for_chats(n)` waits for arrivals, so that
tests of concurrency need no sleeps. It runs in a thread with its own event loop: usable from sync and async tests.
As a process of its own: `python -m tests.fakes.model_server` prints its address and serves until its input closes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType

from tests.fakes.model_wire import (
    OLLAMA_CHAT,
    OPENAI_CHAT,
    Answer,
    Behaviour,
    Cut,
    Hang,
    RecordedRequest,
    Responder,
    encoded,
    greeting_bot,
    listing,
)

_CHATS = (OPENAI_CHAT, OLLAMA_CHAT)


class ModelServer:
    """Listens on a free port of 127.0.0.1 from `start` (or the `with`) to `stop`."""

    def __init__(self, default: Responder | Behaviour = greeting_bot, *, delay: float = 0.0) -> None:
        self.default = default
        self.delay = delay
        """Seconds before every answer, as a model that thinks."""
        self.requests: list[RecordedRequest] = []
        self.in_flight = 0
        self.peak_in_flight = 0
        self._script: deque[Behaviour] = deque()
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="model-server", daemon=True)
        self._ready = threading.Event()
        self._open: asyncio.Event
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0

    # what tests use

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai_base(self) -> str:
        return f"{self.url}/v1"

    @property
    def ollama_base(self) -> str:
        return self.url

    @property
    def chats(self) -> list[RecordedRequest]:
        """The questions to the model, without listings and probes."""
        return [request for request in self.requests if request.path in _CHATS]

    def script(self, *behaviours: Behaviour) -> None:
        self._script.extend(behaviours)

    def assert_consumed(self) -> None:
        assert not self._script, f"{len(self._script)} scripted behaviours were not asked for: {list(self._script)}"

    def reset(self) -> None:
        """Forget the script, the recorded requests and the peak; for servers shared by several tests."""
        self._script.clear()
        self.requests.clear()
        self.peak_in_flight = 0
        self.release()

    def hold(self) -> None:
        self._on_loop(self._open.clear)

    def release(self) -> None:
        self._on_loop(self._open.set)

    def wait_for_chats(self, count: int, *, within: float = 60.0) -> None:
        """Block until `count` questions have arrived; call it through asyncio.to_thread in an async test."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.chats) >= count, within):
                raise AssertionError(f"{len(self.chats)} of {count} questions arrived within {within} s")

    def start(self) -> ModelServer:
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def __enter__(self) -> ModelServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    # the server itself

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for connection in self._connections:
            connection.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._connections, return_exceptions=True))
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        self._open = asyncio.Event()
        self._open.set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def _on_loop(self, call: Callable[[], None]) -> None:
        done = threading.Event()

        def both() -> None:
            call()
            done.set()

        self._loop.call_soon_threadsafe(both)
        done.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the client left, or the server stops; streams would log a cancelled handler as an error
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its response; False when the connection is over."""
        request = await _read(reader)
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        if request.path not in _CHATS:
            known = listing(request.path)
            _write(writer, 404 if known is None else 200, {}, json.dumps(known or {"error": "not found"}).encode())
            return True
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        try:
            behaviour = self._next(request)
            await self._take_time(behaviour, reader)
        finally:
            # Before the answer is written: with it, the client may already ask again.
            self.in_flight -= 1
        return await _respond(request, behaviour, writer)

    def _next(self, request: RecordedRequest) -> Behaviour:
        if self._script:
            return self._script.popleft()
        return self.default(request) if callable(self.default) else self.default

    async def _take_time(self, behaviour: Behaviour, reader: asyncio.StreamReader) -> None:
        await self._open.wait()
        delay = self.delay + (behaviour.delay if isinstance(behaviour, Answer) else 0.0)
        if delay:
            await asyncio.sleep(delay)
        if isinstance(behaviour, Hang):
            await reader.read()  # until the client leaves


async def _respond(request: RecordedRequest, behaviour: Behaviour, writer: asyncio.StreamWriter) -> bool:
    if isinstance(behaviour, Cut | Hang):
        if behaviour == Cut(mid_body=True):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{")
            await writer.drain()
        return False
    _write(writer, *encoded(request, behaviour))
    await writer.drain()
    return True


async def _read(reader: asyncio.StreamReader) -> RecordedRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return RecordedRequest(method, path.partition("?")[0], headers, json.loads(body) if body else {})


def _write(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes) -> None:
    lines = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode("latin-1") + body)


def main() -> None:
    with ModelServer() as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
