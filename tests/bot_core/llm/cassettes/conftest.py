"""Recording from the fake model server, and replaying where any new connection fails the test."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot_core.llm.cassettes import CaseKey, CassettePlayer, CassetteRecorder, ReplayGateway, recording_gateway
from bot_core.llm.gateway import LLMRequest, LLMResponse
from bot_core.llm.scripted import ScriptedGateway

Record = Callable[..., Awaitable[list[LLMResponse[Any]]]]
Replay = Callable[..., Awaitable[list[LLMResponse[Any]]]]

KEY = CaseKey("golden", "local", "greeting-001")


@pytest.fixture
def key() -> CaseKey:
    return KEY


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Ask each request of one case in order while recording."""

    async def run(*requests: LLMRequest[Any], key: CaseKey = KEY, **options: Any) -> list[LLMResponse[Any]]:
        gateway = recording_gateway(offline=ScriptedGateway())
        with CassetteRecorder(tmp_path, key, **options):
            return [await gateway.complete(request) for request in requests]

    return run


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    """Ask each request of one case in order while replaying; no socket is opened, nothing may be left over."""

    async def run(*requests: LLMRequest[Any], key: CaseKey = KEY) -> list[LLMResponse[Any]]:
        gateway = ReplayGateway(offline=ScriptedGateway())
        with no_sockets(), CassettePlayer(tmp_path, key) as player:
            responses = [await gateway.complete(request) for request in requests]
        assert not player.unplayed
        return responses

    return run


@contextmanager
def no_sockets() -> Iterator[None]:
    """Any connection or name look-up fails."""

    def refused(*arguments: Any, **options: Any) -> Any:
        raise AssertionError(f"a replay opened a socket: {arguments} {options}")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "bind"):
            patch.setattr(socket.socket, name, refused)
        patch.setattr(socket, "getaddrinfo", refused)
        patch.setattr(socket, "create_connection", refused)
        yield


@pytest.fixture
def offline_world() -> Callable[[], Any]:
    return no_sockets


@pytest.fixture
def in_turn() -> Callable[[LLMRequest[Any], int], LLMRequest[Any]]:
    """The request as part of the n-th turn."""

    def place(request: LLMRequest[Any], number: int) -> LLMRequest[Any]:
        return replace(request, tracking_id=f"turn-{number}")

    return place
