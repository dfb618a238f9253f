"""From the knowledge file to entries and branches. A fault names file, entry and field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import ValidationError

from bot_core.errors import KnowledgeError
from bot_core.knowledge.entry import Branch, KnowledgeEntry
from bot_core.messages import Frozen

LONGEST_TEXT = 500
"""Characters: three entries and a closing question fit in one WhatsApp message."""

_SECTIONS = frozenset({"as_of", "entries", "branches", "aliases", "everywhere"})
_HINT = "datasets/knowledge/kavak.yaml shows every field"

Item = TypeVar("Item", bound=Frozen)


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """The content of a knowledge file, checked."""

    entries: tuple[KnowledgeEntry, ...]
    branches: tuple[Branch, ...]
    aliases: Mapping[str, tuple[str, ...]]
    """A city, state or branch → further names of it."""
    everywhere: tuple[str, ...]
    """Names of the whole country."""


def read_knowledge(path: Path) -> KnowledgeFile:
    """Raises KnowledgeError."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError as error:
        raise KnowledgeError(f"{path}: no such file", hint=_HINT) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path}: cannot be read: {error}") from error
    return parse_knowledge(text, source=str(path))


def parse_knowledge(text: str, *, source: str) -> KnowledgeFile:
    """Raises KnowledgeError that names `source`, the entry and the field."""
    return _Reader(source).read(text)


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source

    def read(self, text: str) -> KnowledgeFile:
        try:
            data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        except yaml.YAMLError as error:
            self._fail(f"not YAML: {' '.join(str(error).split())}")
        if not isinstance(data, dict):
            self._fail("must hold the sections entries and branches")
        for name in data.keys() - _SECTIONS:
            self._fail(f"unknown section {name!r}")
        entries = self._items(data, "entries", KnowledgeEntry, {"as_of": data.get("as_of")})
        branches = self._items(data, "branches", Branch, {})
        for entry in entries:
            self._check(entry)
        self._check_unique("entry_id", [entry.entry_id for entry in entries])
        self._check_unique("branch_id", [branch.branch_id for branch in branches])
        return KnowledgeFile(entries, branches, self._aliases(data, branches), self._names(data, "everywhere"))

    def _items(
        self, data: dict[str, Any], section: str, model: type[Item], defaults: dict[str, Any]
    ) -> tuple[Item, ...]:
        rows = data.get(section)
        if not isinstance(rows, list) or not rows:
            self._fail(f"section {section} must be a list with at least one item")
        return tuple(self._item(section, number, row, model, defaults) for number, row in enumerate(rows, start=1))

    def _item(self, section: str, number: int, row: object, model: type[Item], defaults: dict[str, Any]) -> Item:
        identifier = next(
            (f"{row[key]!r}" for key in ("entry_id", "branch_id") if isinstance(row, dict) and row.get(key)), ""
        )
        where = f"{section} {number}{f' ({identifier})' if identifier else ''}"
        if not isinstance(row, dict):
            self._fail(f"{where} must be a mapping")
        try:
            return model.model_validate({**{k: v for k, v in defaults.items() if v is not None}, **row})
        except ValidationError as error:
            fault = error.errors()[0]
            self._fail(f"{where}, field {'.'.join(map(str, fault['loc']))}: {fault['msg']}")

    def _check(self, entry: KnowledgeEntry) -> None:
        for name in ("text_es", "text_en"):
            text = str(getattr(entry, name))
            if not text.strip():
                self._fail(f"entry '{entry.entry_id}', field {name}: is blank")
            if len(text) > LONGEST_TEXT:
                self._fail(f"entry '{entry.entry_id}', field {name}: {len(text)} characters, at most {LONGEST_TEXT}")
        if not entry.questions:
            self._fail(f"entry '{entry.entry_id}', field questions: without one it is never found")
        if entry.as_of > date.max:
            self._fail(f"entry '{entry.entry_id}', field as_of: not a date")

    def _check_unique(self, field: str, names: list[str]) -> None:
        for name, times in Counter(names).items():
            if times > 1:
                self._fail(f"{field} '{name}' stands {times} times")

    def _aliases(self, data: dict[str, Any], branches: tuple[Branch, ...]) -> dict[str, tuple[str, ...]]:
        section = data.get("aliases") or {}
        if not isinstance(section, dict):
            self._fail("section aliases must be a mapping")
        owners = {name for branch in branches for name in (branch.name, branch.city, branch.state)}
        for name in section.keys() - owners:
            self._fail(f"aliases, {name!r}: no city, state or branch has this name")
        return {name: self._names(section, name, "aliases, ") for name in section}

    def _names(self, section: Mapping[str, Any], key: str, where: str = "") -> tuple[str, ...]:
        names = section.get(key) or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._fail(f"{where}{key!r} must be a list of names")
        return tuple(names)

    def _fail(self, fault: str) -> NoReturn:
        raise KnowledgeError(f"{self._source}: {fault}", hint=_HINT)
