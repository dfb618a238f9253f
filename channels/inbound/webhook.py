"""A Twilio webhook as a typed value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from bot_core.messages import Frozen, InboundMessage, MessageKind, utc_now
from channels.inbound.form import Refused

MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_ADDRESS = re.compile(r"whatsapp:[!-~]{1,180}")
_MOST_MEDIA = 10
_KINDS = {
    "image": MessageKind.IMAGE,
    "audio": MessageKind.AUDIO,
    "video": MessageKind.VIDEO,
    "text/vcard": MessageKind.CONTACT,
    "text/x-vcard": MessageKind.CONTACT,
    "image/webp": MessageKind.STICKER,
}
_KNOWN = {"MessageSid", "AccountSid", "From", "To", "Body", "ProfileName", "ButtonPayload"}


class InboundWebhook(Frozen):
    """One message of a customer, as Twilio told us. All of it but the SIDs is under the customer's control."""

    message_sid: str
    account_sid: str
    sender: str
    """`whatsapp:+52…` or `whatsapp:` and a business-scoped id; replies go to exactly this address."""
    recipient: str
    """Our own address."""
    text: str = ""
    kind: MessageKind = MessageKind.TEXT
    profile_name: str | None = None
    button_payload: str | None = None
    media_types: tuple[str, ...] = ()
    """Declared types; nothing is ever fetched, so the addresses are not kept apart."""
    other: dict[str, str] = Field(default_factory=dict)
    """All further parameters, unknown ones too: Twilio adds new ones without notice."""
    received_at: datetime = Field(default_factory=utc_now)

    def as_message(self) -> InboundMessage:
        """What the bot sees."""
        return InboundMessage(
            text=self.text,
            kind=self.kind,
            message_id=self.message_sid,
            profile_name=self.profile_name,
            button_payload=self.button_payload,
            sent_at=self.received_at,
        )


def check_addressee(form: Mapping[str, str], account_sid: str, senders: tuple[str, ...]) -> None:
    """Raises Refused (403) for another account or a number that is not ours."""
    if form.get("AccountSid") != account_sid:
        raise Refused(403, "account")
    if form.get("To") not in senders:
        raise Refused(403, "recipient")


def read_webhook(form: Mapping[str, str]) -> InboundWebhook:
    """Raises Refused (400) for a field that is missing or malformed."""
    sid = _matching(form, "MessageSid", MESSAGE_SID)
    media = _media_types(form)
    payload = form.get("ButtonPayload") or None
    return InboundWebhook(
        message_sid=sid,
        account_sid=_matching(form, "AccountSid", ACCOUNT_SID),
        sender=_matching(form, "From", _ADDRESS),
        recipient=_matching(form, "To", _ADDRESS),
        text=form.get("Body", ""),
        kind=_kind(form, media, payload),
        profile_name=form.get("ProfileName") or None,
        button_payload=payload,
        media_types=media,
        other={name: value for name, value in form.items() if name not in _KNOWN},
    )


def _matching(form: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = form.get(name, "")
    if not pattern.fullmatch(value):
        raise Refused(400, f"field_{name}")
    return value


def _media_types(form: Mapping[str, str]) -> tuple[str, ...]:
    count = form.get("NumMedia") or "0"
    if not (count.isascii() and count.isdigit() and int(count) <= _MOST_MEDIA):
        raise Refused(400, "field_NumMedia")
    return tuple(form.get(f"MediaContentType{index}", "").lower()[:100] for index in range(int(count)))


def _kind(form: Mapping[str, Any], media: tuple[str, ...], payload: str | None) -> MessageKind:
    if payload:
        return MessageKind.BUTTON
    if media:
        return media_kind(media[0])
    if form.get("Latitude") and form.get("Longitude"):
        return MessageKind.LOCATION
    return MessageKind.CONTACT if form.get("MessageType") in ("contact", "contacts") else MessageKind.TEXT


def media_kind(declared: str) -> MessageKind:
    return _KINDS.get(declared) or _KINDS.get(declared.split("/", maxsplit=1)[0], MessageKind.DOCUMENT)
