"""What the screens say: one table, in Spanish, read once. A missing key fails a test before it blanks a screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("es.yaml")


def text(key: str, **values: object) -> str:
    """The text of `section.name`, its `{placeholders}` filled in. Raises KeyError for an unknown key or placeholder."""
    group, _, name = key.partition(".")
    return table()[group][name].format(**values) if values else table()[group][name]


def section(name: str) -> Mapping[str, str]:
    """All texts of one section, for a component that draws them itself."""
    return table()[name]


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, str]]:
    """section → name → text."""
    loaded = yaml.load(TABLE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {group: {name: str(value) for name, value in names.items()} for group, names in loaded.items()}
