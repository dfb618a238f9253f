"""Webhooks as Twilio sends them: every documented field, signed by Twilio's own library."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

ACCOUNT = "AC" + "a" * 32
TOKEN = "token-of-the-account"
OURS = "whatsapp:+5215500000000"
CUSTOMER = "whatsapp:+5215512345678"
PUBLIC_URL = "https://bot.example.mx"
FORM = "application/x-www-form-urlencoded"


def new_sid(prefix: str = "SM") -> str:
    return prefix + uuid.uuid4().hex


def inbound_form(
    text: str = "hola", *, sid: str | None = None, sender: str = CUSTOMER, **fields: str
) -> dict[str, str]:
    sid = sid or new_sid()
    return {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ProfileName": "Ana",
        "MessageType": "text",
        "SmsSid": sid,
        "WaId": sender.removeprefix("whatsapp:+"),
        "SmsStatus": "received",
        "Body": text,
        "To": OURS,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "ChannelMetadata": '{"type":"whatsapp","data":{"context":{"ProfileName":"Ana"}}}',
        "From": sender,
        "ApiVersion": "2010-04-01",
    } | fields


def status_form(sid: str, status: str, **fields: str) -> dict[str, str]:
    return {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "ChannelToAddress": "+521551234XXXX",
        "To": CUSTOMER,
        "ChannelPrefix": "whatsapp",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": OURS,
        "ApiVersion": "2010-04-01",
    } | fields


def signed(url: str, form: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


def request_of(
    form: dict[str, str], *, path: str = "/twilio/whatsapp", query: str = "", token: str = TOKEN, base: str = PUBLIC_URL
) -> dict[str, Any]:
    """Arguments of Flask's test client for a webhook that Twilio has signed."""
    url = base + path + (f"?{query}" if query else "")
    return {
        "path": path,
        "query_string": query,
        "data": urlencode(form),
        "content_type": FORM,
        "headers": signed(url, form, token),
    }
