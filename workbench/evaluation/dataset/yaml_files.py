"""YAML as people write it: a key written twice is an error, not a silent loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bot_core.errors import DatasetError


class _UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, strict about repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # the base class says what is wrong with it
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def parse_yaml(text: str) -> Any:
    """The one document of `text`. Raises yaml.YAMLError."""
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506
    except ValueError as error:  # a date that is none: 2026-13-45
        raise yaml.YAMLError(str(error)) from error


def line_of(text: str, loc: Sequence[int | str]) -> int:
    """On which line of the YAML, from 1, that place stands, or the last part of it that is there at all."""
    node = yaml.compose(text, Loader=_UniqueKeys)
    line = node.start_mark.line if node else 0
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found:
                line, node = found[0].start_mark.line, found[1]
    return int(line) + 1


def read_yaml(path: Path) -> Any:
    """The one document of `path`. Raises DatasetError with file and line."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise DatasetError(f"{path}, line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise DatasetError(f"{path}: not YAML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read: {error}") from error
