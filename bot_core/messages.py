"""What travels between a customer and the bot."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

MAX_REPLY_CHARS = 1600
"""Characters of one WhatsApp message; Twilio refuses a longer one (error 21617)."""


class Frozen(BaseModel):
    """Immutable value that refuses unknown fields: a misspelt field is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Language(StrEnum):
    SPANISH = "es"
    ENGLISH = "en"


class MessageKind(StrEnum):
    TEXT = "text"
    BUTTON = "button"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"


class Role(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"


def new_id() -> str:
    """A random identifier, 32 hexadecimal digits."""
    return uuid.uuid4().hex


def utc_now() -> datetime:
    return datetime.now(UTC)


class InboundMessage(Frozen):
    """One message from a customer, as received. All customer-controlled text is data, never instructions."""

    text: str = ""
    """UTF-8 as received; empty for media without a caption."""
    kind: MessageKind = MessageKind.TEXT
    message_id: str = Field(default_factory=new_id)
    profile_name: str | None = None
    """The name that the customer gave to WhatsApp; untrusted."""
    button_payload: str | None = None
    sent_at: datetime = Field(default_factory=utc_now)


class QuickReply(Frozen):
    """A button under a reply: what is shown and what comes back when it is tapped."""

    title: str
    payload: str


class BotReply(Frozen):
    """One WhatsApp message: at most 1,600 characters in WhatsApp's own formatting (`*bold*`, no Markdown)."""

    text: str
    language: Language = Language.SPANISH
    quick_replies: tuple[QuickReply, ...] = ()
