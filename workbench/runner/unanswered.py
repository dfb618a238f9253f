"""Messages that were shown as sent and have no answer yet, on disk: a killed server answers them when it is back."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from bot_core.errors import StoreError
from bot_core.messages import Frozen, InboundMessage
from workbench.runner.bots import BotChoice

_log = logging.getLogger(__name__)
_ID = re.compile(r"[\w-]{1,64}")
_CHOICE = TypeAdapter(BotChoice)


class Unanswered(NamedTuple):
    conversation_id: str
    choice: BotChoice
    messages: tuple[InboundMessage, ...]


class _Page(Frozen):
    choice: dict[str, str | None]
    messages: tuple[InboundMessage, ...]


class UnansweredJournal:
    """One small file for each conversation that waits, replaced as a whole. The caller keeps its own calls in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, conversation_id: str, choice: BotChoice, messages: Sequence[InboundMessage]) -> None:
        """From now on these wait, in this order; none takes the file away. Raises StoreError when it cannot be kept."""
        path = self._path(conversation_id)
        try:
            if not messages:
                path.unlink(missing_ok=True)
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            page = _Page(choice=asdict(choice), messages=tuple(messages))
            _replace(path, page.model_dump_json())
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error

    def all(self) -> tuple[Unanswered, ...]:
        """What waited when the process before this one ended. A damaged file is reported and left where it is."""
        return tuple(found for path in sorted(self._folder.glob("*.json")) if (found := _read(path)))

    def _path(self, conversation_id: str) -> Path:
        if not _ID.fullmatch(conversation_id):
            raise StoreError(f"{conversation_id!r} is not the id of a conversation")
        return self._folder / f"{conversation_id}.json"


def _replace(path: Path, text: str) -> None:
    """Durable before the message counts as sent: the file is on disk, whole, or it is the one before."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read(path: Path) -> Unanswered | None:
    try:
        page = _Page.model_validate_json(path.read_text(encoding="utf-8"))
        return Unanswered(path.stem, _CHOICE.validate_python(page.choice), page.messages)
    except (OSError, ValidationError) as error:
        _log.warning("%s: %s", path, error)
        return None
