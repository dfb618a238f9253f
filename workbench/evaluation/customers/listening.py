"""What the customer reads in a reply: which question it asks, and whether it shows cars or payments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml

from bot_core.normalization import fold

TABLE = Path(__file__).with_name("phrases.yaml")


class Heard(StrEnum):
    """Questions and contents; the patterns are in phrases.yaml, in Spanish and English together."""

    ASKS_NAME = "asks_name"
    ASKS_DAY = "asks_day"
    ASKS_BRANCH = "asks_branch"
    ASKS_CITY = "asks_city"
    ASKS_WHICH_CAR = "asks_which_car"
    ASKS_WHICH_MODEL = "asks_which_model"
    ASKS_DOWN_PAYMENT = "asks_down_payment"
    ASKS_BUDGET = "asks_budget"
    ASKS_REPHRASING = "asks_rephrasing"
    SHOWS_CARS = "shows_cars"
    SHOWS_PAYMENTS = "shows_payments"


def heard_in(reply: str) -> frozenset[Heard]:
    """Questions are looked for only in the sentences that ask."""
    folded = fold(reply)
    questions = " ".join(re.findall(r"[^.!?\n]*\?[^.!?]*\.?", fold_lines(reply)))
    return frozenset(
        heard
        for heard, pattern in _patterns().items()
        if pattern.search(questions if heard.startswith("asks") else folded)
    )


def fold_lines(text: str) -> str:
    return "\n".join(fold(line) for line in text.splitlines())


@lru_cache(maxsize=1)
def _patterns() -> Mapping[Heard, re.Pattern[str]]:
    return {Heard(name): re.compile(pattern) for name, pattern in phrase_table()["heard"].items()}


@lru_cache(maxsize=1)
def phrase_table() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = yaml.load(
        TABLE.read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506
    )
    return loaded
