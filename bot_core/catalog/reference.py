"""The Mexican market's makes and models: their spelling, how customers write them, their body types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.intents import BodyType
from bot_core.normalization import fold

_FILE = Path(__file__).with_name("reference.yaml")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")


def name_key(name: str) -> str:
    """Folded letters and digits only: "CX-5", "cx 5" and "Cx5" share the key "cx5"."""
    return _NOT_ALPHANUMERIC.sub("", fold(name))


@dataclass(frozen=True, slots=True)
class NamedModel:
    make: str
    model: str
    body_type: BodyType


@dataclass(frozen=True, slots=True)
class MarketReference:
    makes: dict[str, str]
    """key → display spelling, aliases included."""
    models: dict[str, tuple[NamedModel, ...]]
    """key → models of that name, aliases included; two makes may share a name."""
    ordinary_words: frozenset[str]
    """Keys of models that count as a car only with support."""
    make_needed: frozenset[str]
    articles: frozenset[str]
    trade_words: frozenset[str]
    never_cars: frozenset[str]
    lone_names: frozenset[str]
    """Ordinary words that are a car when a message holds nothing else."""
    not_after: dict[str, frozenset[str]]
    """key → words after which it is no car."""
    number_words: dict[str, str]
    counted: frozenset[str]
    """Words before which a number counts things."""

    def make(self, name: str) -> str | None:
        return self.makes.get(name_key(name))

    def model(self, make: str, name: str) -> NamedModel | None:
        """The reference's model of that make and name, however it is written."""
        key = name_key(name)
        return next((known for known in self.models.get(key, ()) if known.make == make), None)


@lru_cache(maxsize=1)
def market_reference() -> MarketReference:
    data: dict[str, Any] = yaml.load(
        _FILE.read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506
    )
    models: dict[str, list[NamedModel]] = {}
    by_name: dict[str, list[NamedModel]] = {}
    for known in _listed(data["makes"]):
        models.setdefault(name_key(known.model), []).append(known)
        by_name.setdefault(known.model, []).append(known)
    for name, aliases in data["model_aliases"].items():
        for alias in aliases:
            models.setdefault(name_key(alias), []).extend(by_name[name])
    makes = {name_key(make): make for make in data["makes"]}
    makes |= {name_key(alias): make for make, aliases in data["make_aliases"].items() for alias in aliases}
    return MarketReference(
        makes=makes,
        models={key: tuple(known) for key, known in models.items()},
        ordinary_words=_keys(data["ordinary_words"]),
        make_needed=_keys(data["make_needed"]),
        articles=_keys(data["articles"]),
        trade_words=_keys(data["trade_words"]),
        never_cars=_keys(data["never_cars"]),
        lone_names=_keys(data["lone_names"]),
        not_after={name_key(word): _keys(words) for word, words in data["not_after"].items()},
        number_words={name_key(word): str(digit) for word, digit in data["number_words"].items()},
        counted=_keys(data["counted"]),
    )


def _listed(makes: dict[str, dict[str, list[Any]]]) -> Iterator[NamedModel]:
    for make, bodies in makes.items():
        for body, names in bodies.items():
            for name in names:
                yield NamedModel(make, str(name), BodyType(body))


def _keys(words: list[Any]) -> frozenset[str]:
    return frozenset(name_key(str(word)) for word in words)
