"""YAML as people write it: a key written twice is an error, not a silent loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot_core.errors import DatasetError


class _UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, strict about repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def read_yaml(path: Path) -> Any:
    """The one document of `path`. Raises DatasetError with file and line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise DatasetError(f"{path}, line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise DatasetError(f"{path}: not YAML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read: {error}") from error
