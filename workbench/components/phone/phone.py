"""The phone: a Streamlit component (v2) that looks like WhatsApp. It shows messages and reports what a person does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from streamlit.components.v2.types import ComponentRenderer

from bot_core.messages import InboundMessage, MessageKind, QuickReply
from workbench.texts.texts import section

Ticks = Literal["sent", "delivered", "read"]
Rating = Literal["up", "down"]
STUBS = (
    MessageKind.IMAGE,
    MessageKind.AUDIO,
    MessageKind.VIDEO,
    MessageKind.DOCUMENT,
    MessageKind.LOCATION,
    MessageKind.CONTACT,
    MessageKind.STICKER,
)
"""What can be attached: only its kind travels, as the bot sees no more of it."""
_MOST_TURNS = 2_000

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the screen. `turn` is the tracking_id of a bot message, which can then be selected and rated."""

    id: str
    side: Literal["in", "out"]
    """"out" is the customer who holds the phone, "in" is the bot."""
    text: str
    at: datetime
    ticks: Ticks = "read"
    stored: bool = True
    """False while the message waits for its turn: the browser keeps its copy until then."""
    turn: str | None = None
    buttons: tuple[QuickReply, ...] = ()
    rating: Rating | None = None
    selected: bool = False
    kind: MessageKind = MessageKind.TEXT
    note: str | None = None
    """What went wrong on the way, for example "arrived twice"."""


class _SentMessage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64)
    text: str = Field(max_length=4096)
    kind: MessageKind = MessageKind.TEXT
    payload: str | None = Field(max_length=256)
    at: datetime

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and self.kind not in STUBS:
            raise ValueError("a text without words")
        return self

    def inbound(self) -> InboundMessage:
        kind = MessageKind.BUTTON if self.payload else self.kind
        return InboundMessage(
            message_id=self.id, text=self.text, kind=kind, button_payload=self.payload, sent_at=self.at
        )


class Report(BaseModel):
    """All that the person did and the page does not show as known yet. Told again until it is, so taking it in must be
    harmless when it was taken in before."""

    conversation: str = Field(pattern=r"^[\w-]{1,64}$")
    messages: tuple[_SentMessage, ...] = Field(max_length=50)
    ratings: dict[str, Rating] = Field(max_length=_MOST_TURNS)
    """tracking_id → opinion."""
    selected: str | None = Field(default=None, max_length=64)
    """tracking_id of the reply that was tapped last; None to follow the newest."""
    serial: int
    """Goes up with each report."""

    @property
    def inbound(self) -> tuple[InboundMessage, ...]:
        return tuple(message.inbound() for message in self.messages)


def reported(key: str) -> Report | None:
    """What the phone of that key said last. Part of the page's state: no run that is overtaken can lose it."""
    value = (st.session_state.get(key) or {}).get("report")
    try:
        return Report.model_validate(value) if value else None
    except ValidationError:  # what a browser reports is untrusted: a malformed report says nothing
        return None


def phone(
    conversation_id: str,
    messages: str,
    *,
    key: str,
    writable: bool = False,
    typing: bool = False,
    name: str | None = None,
    focus: str | None = None,
) -> None:
    """Draw the phone with `messages`, as `written_out` gives them. Unless it is `writable` it can only be read: no
    field to write in, no buttons to press. It stands at its end, or at the message with the id `focus`.

    What the person does is in `reported(key)` of the next run.
    """
    around = {
        "conversation": conversation_id,
        "name": name or section("phone")["name"],
        "typing": typing,
        "readOnly": not writable,
        "focus": focus,
        "labels": dict(section("phone")),
        "stubs": list(STUBS),
    }
    # As bytes: Streamlit writes out a dictionary twice in every run, and looks for tables in it.
    data = f'{json.dumps(around)[:-1]}, "messages": [{messages}]}}'.encode()
    _renderer()(key=key, data=data, on_report_change=_nothing)


def written_out(bubbles: Iterable[Bubble]) -> str:
    """Bubbles as the browser reads them: JSON objects, one after the other with commas between. What is written out
    once can be kept, and joined with what comes later."""
    return ",".join(json.dumps(_as_json(bubble)) for bubble in bubbles)


def _nothing() -> None:
    """The report is read in the run that follows."""


def _as_json(bubble: Bubble) -> dict[str, Any]:
    """Field by field: dataclasses.asdict copies every value deeply."""
    return {
        "id": bubble.id,
        "side": bubble.side,
        "text": bubble.text,
        "at": bubble.at.isoformat(),
        "ticks": bubble.ticks,
        "stored": bubble.stored,
        "turn": bubble.turn,
        "buttons": [{"title": button.title, "payload": button.payload} for button in bubble.buttons],
        "rating": bubble.rating,
        "selected": bubble.selected,
        "kind": bubble.kind,
        "note": bubble.note,
    }


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    html, css, script, bubble = (
        (_FOLDER / name).read_text(encoding="utf-8") for name in ("phone.html", "phone.css", "phone.js", "bubble.js")
    )
    return st.components.v2.component("kavak_phone", html=html, css=css, js=f"{script}\n{bubble}")
