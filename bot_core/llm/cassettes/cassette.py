"""The recorded model traffic of one evaluation case, as values."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot_core.errors import CassetteError

FORMAT = 1
Wire = Literal["real", "fake (contract)"]
"""Whether a real model answered, or a fake server that speaks the wire format."""
Failure = Literal["timeout", "disconnect"]

JUDGE_DATASET = "judge"
"""The labelled replies, which have a command of their own."""

_HASH_LENGTH = 16
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, order=True)
class CaseKey:
    """Which case of which dataset, under which variant."""

    dataset: str
    variant: str
    case: str

    def __post_init__(self) -> None:
        for part in (self.dataset, self.variant, self.case):
            if not _SAFE.fullmatch(part):
                raise CassetteError(f"{part!r} cannot name a cassette", hint="letters, digits, '.', '_' and '-' only")

    def __str__(self) -> str:
        return f"{self.dataset}/{self.variant}/{self.case}"

    def path(self, root: Path) -> Path:
        return root / self.dataset / self.variant / f"{self.case}.yaml"

    @property
    def record_command(self) -> str:
        if self.dataset == JUDGE_DATASET:
            return "python -m workbench judge calibrate --record --write"
        return f'make record ARGS="--only {self.case}"'


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What goes to a model server. `body` is decoded JSON, or text; headers are never kept. Ports do not matter."""

    method: str
    host: str
    path: str
    body: Any

    @property
    def hash(self) -> str:
        """Equal for equal method, host, path and canonical JSON body."""
        text = json.dumps([self.method, self.host, self.path, self.body], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back, without what changes on each recording. `failure` stands for an answer that never came."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One exchange. `turn` counts from 1; `seconds` is metadata, a replay does not wait."""

    turn: int
    agent: str
    purpose: str
    prompt: str
    request: HttpRequest
    response: HttpResponse
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """Under what an agent was recorded."""

    prompt: str
    prompt_hash: str
    settings: dict[str, Any]
    """ModelSettings that differ from the defaults; they hold no secret."""


@dataclass(frozen=True, slots=True)
class Header:
    key: CaseKey
    wire: Wire
    recorded_at: str
    """A date, "2026-11-24"."""
    litellm: str
    model_sha256: str | None
    """Of the weights when the model is a local file, else None."""
    agents: dict[str, AgentRecord]
    """By agent and purpose, "financing/reply"."""


@dataclass(frozen=True, slots=True)
class Cassette:
    header: Header
    interactions: tuple[Interaction, ...]
