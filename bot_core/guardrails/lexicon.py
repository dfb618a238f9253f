"""The rules' words, read once from vocabulary/*.yaml and compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.guardrails.grounding import Role
from bot_core.guardrails.reading import same_length_fold
from bot_core.messages import Language

_FOLDER = Path(__file__).with_name("vocabulary")
_WORD_LISTS = (
    "echo", "availability", "presence", "opening", "opening_days", "simulation", "alternatives", "coverage", "credit"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that is never said. `conditional` claims pass under a condition, `askable` ones in a question."""

    promise_id: str
    message: str
    pattern: re.Pattern[str]
    conditional: bool
    askable: bool


@dataclass(frozen=True, slots=True)
class RoleCue:
    pattern: re.Pattern[str]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Cues:
    before: tuple[RoleCue, ...]
    after: tuple[RoleCue, ...]
    echo: re.Pattern[str]
    availability: re.Pattern[str]
    presence: re.Pattern[str]
    opening: re.Pattern[str]
    opening_days: re.Pattern[str]
    unit: re.Pattern[str]
    """A number, in figures or as a word, and the unit after it: groups `number` and `unit`."""
    number_words: dict[str, int]
    families: dict[str, str]
    """unit → what it counts ("dias" → "day")"""
    length_units: dict[str, int]
    """unit → millimetres"""
    simulation: re.Pattern[str]
    alternatives: re.Pattern[str]
    coverage: re.Pattern[str]
    credit: re.Pattern[str]
    recorded: re.Pattern[str]
    """Not folded: see the vocabulary."""


@dataclass(frozen=True, slots=True)
class Negations:
    before: re.Pattern[str]
    short: re.Pattern[str]
    after: re.Pattern[str]
    idioms: re.Pattern[str]
    conditions: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Places:
    pattern: re.Pattern[str]
    aliases: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Leaks:
    pattern: re.Pattern[str]
    words_in_a_row: int


@lru_cache(maxsize=1)
def promises() -> tuple[Promise, ...]:
    return tuple(
        Promise(
            row["id"], row["message"], _whole(row["patterns"]), row.get("conditional", False), row.get("askable", False)
        )
        for row in _data("promises")
    )


@lru_cache(maxsize=1)
def cues() -> Cues:
    data = _data("cues")
    fillers = "|".join(data["fillers"])
    return Cues(
        recorded=re.compile(_any(data["recorded"]), re.IGNORECASE),
        before=tuple(_before(row, fillers) for row in data["before"]),
        after=tuple(RoleCue(re.compile(rf"[ \t*_~]*{_any(row['words'])}"), _roles(row)) for row in data["after"]),
        unit=_number_and_unit(data),
        number_words=data["number_words"],
        families={unit: family for family, units in data["units"].items() for unit in units},
        length_units=data["length_units"],
        **{name: re.compile(_any(data[name])) for name in _WORD_LISTS},
    )


@lru_cache(maxsize=1)
def negations() -> Negations:
    data = _data("negations")
    return Negations(
        before=re.compile(_any(data["before"])),
        short=re.compile(rf"{_any(data['short'])}\W+(?:\w+\W+){{0,2}}$"),
        after=re.compile(rf"\W*(?:\w+\W+){{0,2}}(?:{'|'.join(data['after'])})"),
        idioms=re.compile(_any(data["idioms"])),
        conditions=re.compile(_any(data["conditions"]), re.IGNORECASE),
    )


@lru_cache(maxsize=1)
def places() -> Places:
    data = _data("places")
    names = {same_length_fold(name) for name in (*data["branches"], *data["cities"])}
    aliases = {name: tuple(others) for name, others in data["aliases"].items()}
    return Places(re.compile(_any(names)), aliases)


@lru_cache(maxsize=1)
def leaks() -> Leaks:
    data = _data("leaks")
    return Leaks(re.compile("|".join(f"(?:{pattern})" for pattern in data["patterns"])), data["words_in_a_row"])


@lru_cache(maxsize=1)
def common_words() -> dict[Language, frozenset[str]]:
    """The words that only one language has."""
    data = {Language(code): frozenset(map(str, words)) for code, words in _data("languages").items()}
    shared = data[Language.SPANISH] & data[Language.ENGLISH]
    return {language: words - shared for language, words in data.items()}


def _data(name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


def _number_and_unit(data: dict[str, Any]) -> re.Pattern[str]:
    number = rf"\d[\d,]*(?:\.\d+)?|{'|'.join(_longest(data['number_words']))}"
    units = "|".join(_longest(unit for family in data["units"].values() for unit in family))
    return re.compile(rf"(?<![\w$.,])(?P<number>{number})[ -]?(?P<unit>{units})\b")


def _before(row: dict[str, Any], fillers: str) -> RoleCue:
    """A cue and at most four filler words, up to the figure."""
    return RoleCue(re.compile(rf"{_any(row['words'])}[\s:*_=(]*(?:(?:{fillers})\b[\s:*_=(]*){{0,4}}$"), _roles(row))


def _roles(row: dict[str, Any]) -> frozenset[Role]:
    return frozenset(Role(role) for role in row["roles"])


def _any(words: Iterable[str]) -> str:
    """Any of the words, whole, the longest first."""
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, _longest(words)))})(?!\w)"


def _whole(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(f'(?:{pattern})' for pattern in patterns)})(?!\w)")


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)
