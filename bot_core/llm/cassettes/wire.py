"""vcrpy at the HTTP clients, once for each process: every exchange goes to the cassette of the context that makes it.

vcrpy itself knows one open cassette and scans it for each request. Here its stubs (aiohttp and httpx, which litellm
uses) are given a router, so that any number of cases record and replay side by side; without a cassette in the context
a request passes through untouched.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from bot_core.llm.cassettes.cassette import HttpRequest, HttpResponse
from bot_core.llm.cassettes.context import Call, current_call, open_cassette
from bot_core.llm.cassettes.filtering import kept_request, kept_response

_UNPATCHED = ("httplib", "requests", "boto3", "urllib3", "httplib2", "tornado", "httpx2")

_lock = threading.Lock()
_patches: list[ExitStack] = []
_users = 0


@contextmanager
def tapped() -> Iterator[None]:
    """Route this process's HTTP through the open cassettes until the last user leaves."""
    global _users  # noqa: PLW0603 - the patches are global, so is their count
    with _lock:
        _users += 1
        if _users == 1:
            _patches.append(_patched())
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _patches.pop().close()


def _patched() -> ExitStack:
    from vcr.patch import CassettePatcherBuilder

    stack = ExitStack()
    for patcher in CassettePatcherBuilder(_router()).build():
        stack.enter_context(patcher)
    return stack


@cache
def _router() -> Any:
    from vcr.cassette import Cassette
    from vcr.filters import decode_response

    class Router(Cassette):  # type: ignore[misc]
        """What vcrpy's stubs take for a cassette."""

        write_protected = False

        def can_play_response_for(self, request: Any) -> bool:
            cassette = open_cassette.get()
            if cassette is None:
                return False
            if not cassette.plays:
                cassette.asked(_kept(request), _call())
            return cassette.plays

        def play_response(self, request: Any) -> dict[str, Any]:
            cassette = open_cassette.get()
            assert cassette is not None
            assert cassette.plays
            return _as_vcr(cassette.answer(_kept(request), _call()))

        def filter_request(self, request: Any) -> Any:
            return request if open_cassette.get() else None

        def append(self, request: Any, response: dict[str, Any]) -> None:
            cassette = open_cassette.get()
            if cassette is None or cassette.plays:
                return
            plain = decode_response(response)
            body = plain["body"].get("string") or b""
            answer = kept_response(plain["status"]["code"], plain["headers"], body)
            cassette.answered(_kept(request), answer, _call())

    return Router("bot_core.llm.cassettes", skip_patchers=_UNPATCHED)


def _kept(request: Any) -> HttpRequest:
    return kept_request(request.method, request.uri, request.body)


def _call() -> Call:
    return current_call.get() or Call()


def _as_vcr(response: HttpResponse) -> dict[str, Any]:
    if response.failure == "timeout":
        raise TimeoutError
    if response.failure == "disconnect":
        raise ConnectionResetError("recorded: the connection was cut")
    body = response.body if isinstance(response.body, str) else json.dumps(response.body, ensure_ascii=False)
    headers = {name: [value] for name, value in response.headers.items()}
    return {"status": {"code": response.status, "message": ""}, "headers": headers, "body": {"string": body.encode()}}
