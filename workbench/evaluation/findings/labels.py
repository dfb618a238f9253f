"""What reports and pages call things. The texts are in labels.yaml, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workbench.texts.texts import language

TABLE = Path(__file__).with_name("labels.yaml")


def label(group: str, name: str) -> str:
    """The name as a person reads it; the name itself when the table has none."""
    said = labels(group).get(name)
    return str(said[language()]) if said else name


def labels(group: str) -> Mapping[str, Mapping[str, str]]:
    """The group's names with their texts by language; nothing for a group that is not in the table."""
    found: Mapping[str, Mapping[str, str]] = _table().get(group, {})
    return found


@lru_cache(maxsize=1)
def reason_rows() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    """Each pattern of a scorer's reason with its texts, the first that is found wins."""
    return tuple((re.compile(row["pattern"], re.DOTALL), row) for row in _table()["reasons"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = TABLE.read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return loaded
