"""What the report calls things in Spanish. The texts are in labels.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("labels.yaml")
_TURN = re.compile(r"^turn (\d+): ")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def label(group: str, name: str) -> str:
    """The name as a person reads it; the name itself when the table has none."""
    return str(_table().get(group, {}).get(name, name))


def reason_group(reason: str) -> str:
    """A scorer's reason in Spanish, without what differs from case to case; in its own words when the table lacks it.

    >>> reason_group("turn 2: km_max: expected 60000, got nothing")
    'no entendió: kilometraje máximo'
    """
    bare = _TURN.sub("", reason)
    for pattern, text in _reasons():
        found = pattern.search(bare)
        if found:
            return text.format(**{name: _part(name, value or "") for name, value in found.groupdict().items()})
    return _NUMBER.sub("…", bare)


def _part(name: str, value: str) -> str:
    """A named part of a pattern is looked up in the group of its name, (?P<intents1>greeting, sales) in "intents"."""
    group = name.rstrip("0123456789")
    return ", ".join(label(group, part.strip()) for part in value.split(","))


@lru_cache(maxsize=1)
def _reasons() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["pattern"], re.DOTALL), row["text"]) for row in _table()["reasons"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = TABLE.read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return loaded
