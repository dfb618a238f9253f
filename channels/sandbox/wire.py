"""Twilio's documented wire format: message resources, pages, errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

API_VERSION = "2010-04-01"
MAX_BODY = 1600


@dataclass(slots=True)
class FakeMessage:
    """One message that the fake holds, in either direction."""

    sid: str
    account_sid: str
    direction: str
    """"inbound" or "outbound-api"."""
    sender: str
    recipient: str
    body: str
    created_at: datetime
    status: str = "queued"
    media_types: list[str] = field(default_factory=list)
    content_sid: str | None = None
    content_variables: str | None = None
    status_callback: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    """As the client sent them."""
    reported: list[str] = field(default_factory=list)
    """Status callbacks that were answered with 200, in that order."""

    def resource(self) -> dict[str, Any]:
        base = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        date = rfc2822(self.created_at)
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": date,
            "date_sent": date,
            "date_updated": date,
            "direction": self.direction,
            "error_code": None,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": str(len(self.media_types)),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{base}/Media.json"},
            "to": self.recipient,
            "uri": f"{base}.json",
        }


def rfc2822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))


def page(key: str, items: list[dict[str, Any]], uri: str) -> dict[str, Any]:
    return {
        key: items,
        "end": max(len(items) - 1, 0),
        "first_page_uri": uri,
        "next_page_uri": None,
        "page": 0,
        "page_size": 1000,
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }


def fault(status: int, code: int, message: str) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
