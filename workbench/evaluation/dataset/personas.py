"""Simulated customers: who they are, what they want and know, and how they use WhatsApp. datasets/personas/*.yaml."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from bot_core.errors import DatasetError
from bot_core.intents import BodyType, Feature, SortOrder, Transmission
from bot_core.messages import Frozen, Language, MessageKind
from bot_core.normalization import fold
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.dataset.case import MAX_TURNS
from workbench.evaluation.dataset.expectations import Money, Phrases
from workbench.evaluation.dataset.yaml_files import read_yaml

PERSONAS_FOLDER = PROJECT_ROOT / "datasets" / "personas"
_HINT = "the format is in workbench/evaluation/dataset/personas.py"
_WINDOW_SECONDS = 24 * 3600


class Outcome(StrEnum):
    """What ends the conversation well, seen from outside: in the facts, the state and the recorded requests."""

    CARS_SHOWN = "cars_shown"
    PLAN_SHOWN = "plan_shown"
    INFO_GIVEN = "info_given"
    APPOINTMENT_RECORDED = "appointment_recorded"
    RESERVATION_RECORDED = "reservation_recorded"
    TRADE_IN_RECORDED = "trade_in_recorded"
    HANDED_OFF = "handed_off"
    OPTED_OUT = "opted_out"
    DECLINED = "declined"
    """An attack or another subject was politely refused."""


_VISITS = frozenset({Outcome.APPOINTMENT_RECORDED, Outcome.RESERVATION_RECORDED})


class Goal(Frozen):
    text: str = Field(min_length=20)
    """Spanish; for people and for a model that plays the customer."""
    outcome: Outcome


class KnownFacts(Frozen):
    """All that the customer knows and may say. What is absent they do not know: "no sé" is their answer to it."""

    name: str | None = None
    city: str | None = None
    branch: str | None = None
    day: str | None = None
    make: str | None = None
    model: str | None = None
    body_type: BodyType | None = None
    transmission: Transmission | None = None
    year_min: int | None = Field(default=None, ge=1980)
    km_max: int | None = Field(default=None, ge=0)
    features: tuple[Feature, ...] = ()
    sort: SortOrder | None = None
    price_max: Money | None = None
    """MXN, like all amounts here."""
    down_payment: Money | None = None
    monthly_budget: Money | None = None
    term_months: int | None = Field(default=None, ge=1)
    own_car: str | None = None
    """The car to trade in or to sell, in their words."""
    questions: Phrases = ()
    """What they want to be told, in their words."""


class Tone(StrEnum):
    FORMAL = "formal"
    NEUTRAL = "neutral"
    CASUAL = "casual"
    SLANG = "slang"


class Style(Frozen):
    """How the customer writes."""

    language: Language = Language.SPANISH
    tone: Tone = Tone.NEUTRAL
    typos: Literal["none", "some", "many"] = "none"
    accents: bool = False
    """Writes accents and opening question marks."""
    voice_like: bool = False
    """Run-on, as dictated: no punctuation, fillers, repairs."""
    emoji: bool = False
    length: Literal["short", "medium", "long"] = "short"


class WhatsAppUse(Frozen):
    """How the customer uses WhatsApp beside typing."""

    burst: int = Field(default=1, ge=1, le=5)
    """Most messages in a row before the reply."""
    delay_seconds: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] = (5, 60)
    """Between a reply and the next message: at least, at most."""
    media: tuple[MessageKind, ...] = ()
    """Sent once each, somewhere in the conversation."""
    taps_buttons: bool = False
    duplicates: bool = False
    """The same message arrives twice, as when a phone sends again."""
    profile_name: str | None = None

    @property
    def leaves_the_window(self) -> bool:
        """May answer after the 24 hours in which WhatsApp lets a business write freely."""
        return self.delay_seconds[1] > _WINDOW_SECONDS

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.delay_seconds[0] > self.delay_seconds[1]:
            raise ValueError("delay_seconds: the shortest comes first")
        typed = [kind for kind in self.media if kind in (MessageKind.TEXT, MessageKind.BUTTON)]
        if typed:
            raise ValueError(f"media: {typed[0].value!r} is no medium")
        return self


class Persona(Frozen):
    """One simulated customer."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    who: str = Field(min_length=20)
    """One sentence about the person, in Spanish."""
    goal: Goal
    opening: Phrases = Field(min_length=1)
    """The first messages, word for word; more than one is a burst."""
    knows: KnownFacts
    patience: int = Field(ge=2, le=MAX_TURNS)
    """Turns before they give up."""
    style: Style = Style()
    whatsapp: WhatsAppUse = WhatsAppUse()
    must_not_say: Phrases = Field(min_length=1)
    """What would be a fault of the simulator, not of the bot: facts that they do not have, words out of role."""

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if len(self.opening) > self.whatsapp.burst:
            raise ValueError(f"opening: {len(self.opening)} messages, but whatsapp.burst is {self.whatsapp.burst}")
        missing = next(self._missing(), None)
        if missing:
            raise ValueError(f"knows.{missing}: needed for the outcome {self.goal.outcome.value}")
        said = [fold(text) for text in (*self.opening, *self.knows.questions)]
        forbidden = next((text for text in self.must_not_say if any(fold(text) in one for one in said)), None)
        if forbidden:
            raise ValueError(f"must_not_say: {forbidden!r} is in what the customer says")
        return self

    def _missing(self) -> Iterator[str]:
        """Facts without which the customer could never reach the goal."""
        knows, outcome = self.knows, self.goal.outcome
        if outcome in _VISITS | {Outcome.TRADE_IN_RECORDED}:
            needed = {"name": knows.name, "day": knows.day, "branch": knows.branch or knows.city}
            yield from (field for field, value in needed.items() if not value)
        if outcome is Outcome.TRADE_IN_RECORDED and not knows.own_car:
            yield "own_car"
        if outcome is Outcome.INFO_GIVEN and not knows.questions:
            yield "questions"


def load_personas(folder: Path | None = None) -> tuple[Persona, ...]:
    """One persona of each `*.yaml` of `folder` (default datasets/personas), by id.

    Raises DatasetError for the first fault; it names file, persona and field.
    """
    folder = folder or PERSONAS_FOLDER
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise DatasetError(f"{folder}: no persona file (*.yaml)", hint=_HINT)
    return tuple(_persona(file) for file in files)


def personas_digest(personas: Iterable[Persona]) -> str:
    """12 hexadecimal digits that change with any word of any persona."""
    digest = hashlib.sha256()
    for persona in personas:
        digest.update(persona.model_dump_json().encode())
    return digest.hexdigest()[:12]


def _persona(file: Path) -> Persona:
    row = read_yaml(file)
    if not isinstance(row, dict):
        raise DatasetError(f"{file}: one persona is needed, a mapping", hint=_HINT)
    try:
        persona = Persona.model_validate(row)
    except ValidationError as error:
        raise DatasetError(f"{file}: {_label(row)}: {_fault(error)}", hint=_HINT) from error
    if persona.id != file.stem:
        raise DatasetError(f"{file}: persona {persona.id}: id: the file must be named {persona.id}.yaml")
    return persona


def _label(row: dict[Any, Any]) -> str:
    name = row.get("id")
    return f"persona {name}" if isinstance(name, str) else "persona without id"


def _fault(error: ValidationError) -> str:
    """A rule over several fields names its field itself."""
    fault = error.errors()[0]
    field = ".".join(map(str, fault["loc"]))
    message = fault["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
