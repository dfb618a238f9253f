"""Facts into text through the Jinja templates of templates/<language>/<kind>.j2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.facts.facts import CarSearchFacts, Facts
from bot_core.knowledge.entry import Branch
from bot_core.messages import MAX_REPLY_CHARS
from bot_core.money import format_mxn
from bot_core.wording.figures import format_km, format_metres, format_percent
from bot_core.wording.fitting import shortened
from bot_core.wording.phrases import phrases
from bot_core.wording.sanitizing import NAME_CAP, QUESTION_CAP, day_as_said, person_name, place_name, plain

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).with_name("templates")
_TRAILING_BLANKS = re.compile(r"[ \t]+(?=\n|$)")
_EMPTY_LINES = re.compile(r"\n{3,}")


def render(facts: Facts) -> str:
    """The deterministic reply to `facts`, in their language: at most 1,600 characters of WhatsApp formatting."""
    template = _environment().get_template(f"{facts.language.value}/{facts.kind}.j2")
    text = template.render(f=facts, t=phrases(facts.language))
    text = _EMPTY_LINES.sub("\n\n", _TRAILING_BLANKS.sub("", text)).strip()
    return shortened(text, MAX_REPLY_CHARS)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Imported here: a process that words nothing (the CLI's help) does not pay for it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=False,  # noqa: S701 - WhatsApp text is not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "mxn": format_mxn,
        "km": format_km,
        "metres": format_metres,
        "percent": format_percent,
        "person": person_name,
        "day": day_as_said,
        "place": place_name,
        "label": lambda text: plain(text, NAME_CAP * 2),
        "question": lambda text: plain(text, QUESTION_CAP),
    }
    environment.globals |= {"wish_names": _wish_names, "price_move": price_move, "by_city": _by_city}
    return environment


def _wish_names(criteria: SearchCriteria, absent: Sequence[CarWish]) -> list[str]:
    """The cars that the customer named and the catalogue knows; all absent ones have a sentence of their own."""
    return [name for wish in criteria.wishes if wish not in absent and (name := wish_name(wish))]


def wish_name(wish: CarWish) -> str:
    """ "Nissan Versa Advance"; may hold the customer's own spelling, so it is sanitised."""
    return plain(" ".join(part for part in (wish.make, wish.model, wish.version) if part), NAME_CAP)


def price_move(facts: CarSearchFacts) -> str:
    """Which way the price had to move for all the cars shown: a key of `relaxed` in phrases.yaml."""
    low, high = facts.criteria.price_min, facts.criteria.price_max
    if high is not None and all(car.price > high for car in facts.cars):
        return "price_up"
    if low is not None and all(car.price < low for car in facts.cars):
        return "price_down"
    return "price"


def _by_city(branches: Sequence[Branch]) -> dict[str, list[Branch]]:
    cities: dict[str, list[Branch]] = {}
    for branch in branches:
        cities.setdefault(branch.city, []).append(branch)
    return cities
