"""A host that is not ours and not Twilio's. Messages point at it; whoever fetches from it is counted."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class ForeignHost:
    def __init__(self) -> None:
        self.fetched = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.host = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def media_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/foto.jpg"

    def __enter__(self) -> ForeignHost:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    host: ForeignHost

    def verify_request(self, request: Any, client_address: Any) -> bool:
        # A connection is enough: it already tells the foreign host that we exist.
        del request, client_address
        self.host.fetched += 1
        return True


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        del format, args
