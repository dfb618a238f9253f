"""The phone: a Streamlit component (v2) that looks like WhatsApp. It shows messages and reports what a person does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from streamlit.components.v2.types import ComponentRenderer

from bot_core.messages import InboundMessage, MessageKind, QuickReply
from workbench.texts.texts import section

Ticks = Literal["delivered", "read"]
Rating = Literal["up", "down"]

Event = TypeVar("Event", bound=BaseModel)

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


class _SentMessage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1, max_length=4096)
    payload: str | None = Field(max_length=256)
    at: datetime

    def inbound(self) -> InboundMessage:
        kind = MessageKind.BUTTON if self.payload else MessageKind.TEXT
        return InboundMessage(
            message_id=self.id, text=self.text, kind=kind, button_payload=self.payload, sent_at=self.at
        )


class _Sent(BaseModel):
    conversation: str = Field(pattern=r"^[\w-]{1,64}$")
    messages: list[_SentMessage] = Field(min_length=1, max_length=50)


class _Rated(BaseModel):
    turn: str
    rating: Rating


@dataclass(frozen=True, slots=True)
class PhoneEvents:
    """What to do when a person writes, rates a reply or taps on it. A message may be reported more than once."""

    sent: Callable[[str, tuple[InboundMessage, ...]], None]
    rated: Callable[[str, Rating], None]
    selected: Callable[[str], None]


def phone(
    conversation_id: str,
    bubbles: tuple[Bubble, ...],
    *,
    key: str,
    events: PhoneEvents | None = None,
    typing: bool = False,
    name: str | None = None,
) -> None:
    """Draw the phone. Without `events` it can only be read: no field to write in, no buttons to press."""
    data = {
        "conversation": conversation_id,
        "name": name or section("phone")["name"],
        "typing": typing,
        "readOnly": events is None,
        "labels": section("phone"),
        "messages": [_as_json(bubble) for bubble in bubbles],
    }
    callbacks: dict[str, Any] = _callbacks(key, events)
    _renderer()(key=key, data=data, **callbacks)


def _callbacks(key: str, events: PhoneEvents | None) -> dict[str, Callable[[], None]]:
    if events is None:
        return {}
    return {
        "on_sent_change": lambda: _report_sent(_event(key, "sent"), events),
        "on_rated_change": lambda: _report_rated(_event(key, "rated"), events),
        "on_selected_change": lambda: _report_selected(_event(key, "selected"), events),
    }


def _event(key: str, name: str) -> Any:
    """The value of the trigger that calls us; None when another trigger of the same run does."""
    return st.session_state[key].get(name)


def _report_sent(value: Any, events: PhoneEvents) -> None:
    sent = _parsed(_Sent, value)
    if sent:
        events.sent(sent.conversation, tuple(message.inbound() for message in sent.messages))


def _report_rated(value: Any, events: PhoneEvents) -> None:
    if rated := _parsed(_Rated, value):
        events.rated(rated.turn, rated.rating)


def _report_selected(value: Any, events: PhoneEvents) -> None:
    if isinstance(value, str):
        events.selected(value)


def _parsed(kind: type[Event], value: Any) -> Event | None:
    """What the browser reports is untrusted: a malformed event is no event."""
    try:
        return kind.model_validate(value)
    except ValidationError:
        return None


def _as_json(bubble: Bubble) -> dict[str, Any]:
    fields = asdict(bubble)
    fields["at"] = bubble.at.isoformat()
    fields["buttons"] = [button.model_dump() for button in bubble.buttons]
    return fields


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    html, css, js = ((_FOLDER / f"phone.{suffix}").read_text(encoding="utf-8") for suffix in ("html", "css", "js"))
    return st.components.v2.component("kavak_phone", html=html, css=css, js=js)
