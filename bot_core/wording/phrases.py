"""The texts that templates, buttons and joining share; data in phrases.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.messages import Language

_FILE = Path(__file__).with_name("phrases.yaml")


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    phrases: dict[str, dict[str, Any]] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return phrases


def phrases(language: Language) -> dict[str, Any]:
    """Everything that phrases.yaml holds for `language`."""
    return _all()[language.value]


@lru_cache(maxsize=1)
def invitations() -> frozenset[str]:
    """Closing questions of either language that a reply can do without."""
    return frozenset(text for language in Language for text in phrases(language)["invitations"].values())
