"""Cases that people make of conversations: checked as the shipped ones are, and kept in the data folder."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot_core.errors import DatasetError
from bot_core.messages import new_id
from bot_core.normalization import fold
from bot_core.store.records import ConversationLog
from workbench.evaluation.dataset.case import Case, Difficulty
from workbench.evaluation.dataset.loading import load_dataset
from workbench.evaluation.dataset.tags import TagTable, load_tags
from workbench.evaluation.dataset.yaml_files import parse_yaml
from workbench.runner.drafted_cases import drafted_turns
from workbench.runner.typed_cases import checked_case, typed_turns

PREFIX = "propio"
_WORDS = 5
_ID_LENGTH = 50
_LINE = 120
_UNSAVED = "not saved yet"


@dataclass(frozen=True, slots=True)
class KeptCase:
    case_id: str
    saved_at: datetime
    """When its file was last written, UTC."""
    written: str
    """The file as it is."""
    case: Case | None
    """None when somebody has made the file unreadable: it can still be removed."""


class CaseShelf:
    """`folder/<case id>.yaml`, one case each. The split `propios` of experiments and gate reads the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def tags(self) -> TagTable:
        return load_tags()

    def ids(self) -> tuple[str, ...]:
        return tuple(path.stem for path in sorted(self.folder.glob("*.yaml")))

    def kept(self) -> tuple[KeptCase, ...]:
        """Newest first."""
        found = [case for path in self.folder.glob("*.yaml") if (case := _kept(path))]
        return tuple(sorted(found, key=lambda case: case.saved_at, reverse=True))

    def draft(self, turns: Sequence[ConversationLog], names: Sequence[str] = ()) -> str:
        """`turns` of a case as YAML, with made-up data in place of personal data, to be read and corrected before it is
        saved. `turns` as they were said; `names` are the customer's that are known from elsewhere."""
        return as_yaml(drafted_turns(turns, names))

    def typed(self, turns_yaml: str) -> Case:
        """What was typed as a case that is not saved: to be tried. Raises CaseFault."""
        return checked_case(
            {"id": f"{PREFIX}-unsaved", "why": _UNSAVED, "turns": typed_turns(turns_yaml)}, turns_yaml, self.tags
        )

    def save(
        self, *, why: str, turns_yaml: str, tags: Sequence[str] = (), difficulty: Difficulty = Difficulty.MEDIUM
    ) -> Case:
        """Raises CaseFault for whatever is wrong with what was typed, and DatasetError."""
        turns = typed_turns(turns_yaml)
        body = {"id": _new_id(turns), "why": " ".join(why.split()), "difficulty": difficulty.value, "turns": turns}
        if tags:
            body["tags"] = list(tags)
        case = checked_case(body, turns_yaml, self.tags)
        self.folder.mkdir(parents=True, exist_ok=True)
        # Beside the others and no case yet: what is killed here leaves nothing that the gate would read.
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as desk:
            written = Path(desk) / f"{case.id}.yaml"
            written.write_text(as_yaml([body]), encoding="utf-8")
            load_dataset(own=written.parent)
            try:
                (self.folder / written.name).hardlink_to(written)
            except FileExistsError as error:
                raise DatasetError(f"there is a case {case.id!r} already", hint="save it once more") from error
        return case

    def remove(self, case_id: str) -> None:
        """Raises DatasetError for a case that is not here."""
        path = next((path for path in self.folder.glob("*.yaml") if path.stem == case_id), None)
        if path is None:
            raise DatasetError(f"no case {case_id!r} of our own")
        path.unlink(missing_ok=True)


def _kept(path: Path) -> KeptCase | None:
    """None for a file that was removed meanwhile."""
    try:
        written, changed = path.read_text(encoding="utf-8", errors="replace"), path.stat().st_mtime
    except FileNotFoundError:
        return None
    return KeptCase(path.stem, datetime.fromtimestamp(changed, UTC), written, _read(written))


def _read(written: str) -> Case | None:
    try:
        [body] = parse_yaml(written)
        return Case.model_validate(body)
    except (yaml.YAMLError, ValueError, TypeError):
        return None


def as_yaml(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=_LINE)


def _new_id(turns: Sequence[Any]) -> str:
    """From the customer's first words: "propio-busco-un-versa-3fa2"."""
    first = turns[0].get("say") if isinstance(turns[0], dict) else ""
    first = first[0] if isinstance(first, list) and first else first
    said = str(first.get("text") or "") if isinstance(first, dict) else str(first)
    words = re.findall(r"[a-z0-9]+", fold(said))[:_WORDS]
    return "-".join([PREFIX, *words])[:_ID_LENGTH].strip("-") + f"-{new_id()[:4]}"
