"""Ways to say that something is not there, in the words of any model."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from workbench.evaluation.scorers.base import PlayedTurn

_FILE = Path(__file__).with_name("phrases.yaml")


def says_not_found(turn: PlayedTurn) -> bool:
    return _says(turn, "not_found")


def says_alternatives(turn: PlayedTurn) -> bool:
    return _says(turn, "alternatives")


def says_unknown(turn: PlayedTurn) -> bool:
    return _says(turn, "unknown")


def _says(turn: PlayedTurn, meaning: str) -> bool:
    text = turn.folded.replace("’", "'")
    return any(phrase in text for phrase in _phrases()[meaning])


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items()}
