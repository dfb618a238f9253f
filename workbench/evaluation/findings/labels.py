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
_TURN = re.compile(r"^turn (\d+): ")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def label(group: str, name: str) -> str:
    """The name as a person reads it; the name itself when the table has none."""
    said: Mapping[str, str] | None = _table().get(group, {}).get(name)
    return str(said[language()]) if said else name


def reason_group(reason: str) -> str:
    """A scorer's reason without what differs from case to case; in its own words when the table lacks it.

    >>> reason_group("turn 2: km_max: expected 60000, got nothing")
    'no entendió: kilometraje máximo'
    """
    bare = _TURN.sub("", reason)
    for pattern, said in _reasons():
        found = pattern.search(bare)
        if found:
            parts = {name: _part(name, value or "") for name, value in found.groupdict().items()}
            return said[language()].format(**parts)
    return _NUMBER.sub("…", bare)


def _part(name: str, value: str) -> str:
    """A named part of a pattern is looked up in the group of its name, (?P<intents1>greeting, sales) in "intents"."""
    group = name.rstrip("0123456789")
    return ", ".join(label(group, part.strip()) for part in value.split(","))


@lru_cache(maxsize=1)
def _reasons() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    """Each pattern with its texts by language."""
    return tuple((re.compile(row["pattern"], re.DOTALL), row) for row in _table()["reasons"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = TABLE.read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return loaded
