"""Which cassette and which model call the code that runs now belongs to, through any number of tasks side by side."""

from __future__ import annotations

from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot_core.errors import StaleCassette
from bot_core.llm.cassettes.cassette import HttpRequest, HttpResponse


@dataclass(slots=True)
class Call:
    """One request to a gateway; it may take several exchanges (reasks)."""

    turn: int = 0
    order: int = 0
    """Counts the calls of the case in the order of their starts."""
    agent: str = ""
    purpose: str = ""
    prompt: str = ""
    prompt_hash: str = ""
    model: str = ""
    exchanges: int = 0
    under_way: list[tuple[HttpRequest, float]] = field(default_factory=list)
    """Requests without a response yet, with the clock's reading when they went out."""
    stale: StaleCassette | None = None
    """Set by a player: the HTTP libraries between would hide it in an error of their own."""


class Recording(Protocol):
    """What the wire tells a recorder."""

    plays: Literal[False]

    def asked(self, request: HttpRequest, call: Call) -> None:
        """A request is about to go out."""
        ...

    def answered(self, request: HttpRequest, response: HttpResponse, call: Call) -> None:
        """Its response has arrived."""
        ...


class Playing(Protocol):
    """What the wire asks of a player."""

    plays: Literal[True]

    def answer(self, request: HttpRequest, call: Call) -> HttpResponse:
        """The recorded response; may raise what the HTTP client is to see."""
        ...


OpenCassette = Recording | Playing
open_cassette: ContextVar[OpenCassette | None] = ContextVar("open_cassette", default=None)
current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)
CassetteToken = Token[OpenCassette | None]
