"""Model calls of a run, each written before its answer is used: what was paid for is never asked again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from bot_core.errors import Damaged
from bot_core.messages import Frozen
from bot_core.trace import Attempt, Usage
from workbench.storage.journal import append_line, drop_half_line


class CallState(StrEnum):
    STARTED = "started"
    """Sent to a model that costs money; without a later line of the same `call`, nobody knows whether it was paid."""
    ANSWERED = "answered"
    FAILED = "failed"
    """The model was paid for an answer that could not be used."""
    UNPAID = "unpaid"
    """Refused or never arrived: asked again after a restart."""
    AGAIN = "again"
    """Somebody wants another answer than the FAILED one of the same `call`: it is asked again after a restart."""


class CallLine(Frozen):
    """What happened to one call."""

    call: str
    """Id of the call; two lines of one call share it."""
    state: CallState
    case_id: str
    trial: int
    request: str
    """Hash of all that the model was told."""
    usd: Decimal = Decimal(0)
    """The price; of a started call the most that it may cost."""
    model: str = ""
    raw: str = ""
    """The answer as the model sent it."""
    usage: Usage = Usage()
    seconds: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    error: str = ""
    """Class of a failure, "ModelInvalidAnswer"."""
    message: str = ""


class CallJournal:
    """Append-only; one writer at a time. Holds nothing in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        drop_half_line(path)

    def append(self, line: CallLine) -> None:
        """`line` is in the file, safe from a kill of this process, when this returns. Raises StoreError."""
        append_line(self.path, line.model_dump_json(exclude_defaults=True).encode() + b"\n")

    def lines(self) -> Iterator[CallLine]:
        """In the order of the file. Raises StoreError that names file and line."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                if not text.endswith(b"\n"):
                    return
                try:
                    yield CallLine.model_validate_json(text)
                except ValidationError as error:
                    raise Damaged(f"{self.path}: line {number} is not a model call") from error
