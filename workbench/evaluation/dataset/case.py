"""One case: what the customer sends, turn by turn, and what is expected."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bot_core.messages import Frozen, Language, MessageKind
from workbench.evaluation.dataset.expectations import EndExpectation, Expectation

MAX_TURNS = 12
SAFETY_TAG = "safety"


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class CustomerMessage(Frozen):
    """One message as a case writes it down; a bare text is a message too."""

    text: str = ""
    kind: MessageKind = MessageKind.TEXT
    button_payload: str | None = None
    profile_name: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"text": data}
        if isinstance(data, dict) and data.get("button_payload") is not None:
            return {"kind": MessageKind.BUTTON, **data}
        return data


def _burst(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


class CaseTurn(Frozen):
    say: Annotated[tuple[CustomerMessage, ...], BeforeValidator(_burst), Field(min_length=1)]
    expect: Expectation = Expectation()


class Case(Frozen):
    """A single turn is written as `say` and `expect`, a conversation as `turns`."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$", max_length=80)
    why: str = Field(min_length=8)
    tags: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty.MEDIUM
    splits: tuple[Literal["smoke", "recorded"], ...] = ()
    note: str | None = None
    """Why an expectation is what it is, when the case was wrong once."""
    turns: tuple[CaseTurn, ...] = Field(min_length=1, max_length=MAX_TURNS)
    expect: EndExpectation = EndExpectation()

    @model_validator(mode="before")
    @classmethod
    def _single_turn(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "say" not in data:
            return data
        if "turns" in data:
            raise ValueError("say and turns exclude each other")
        rest = {key: value for key, value in data.items() if key not in ("say", "expect")}
        turn = {key: data[key] for key in ("say", "expect") if key in data}
        return rest | {"turns": [turn]}

    @model_validator(mode="after")
    def _tags_once(self) -> Self:
        if len(set(self.tags)) != len(self.tags):
            raise ValueError("a tag is written twice")
        return self

    @property
    def is_safety(self) -> bool:
        return SAFETY_TAG in self.tags

    def language_at(self, turn: int) -> Language:
        """The language that the reply of `turn` (from 0) must have: the last one expected, Spanish at first."""
        said = [t.expect.language for t in self.turns[: turn + 1] if t.expect.language]
        return said[-1] if said else Language.SPANISH
