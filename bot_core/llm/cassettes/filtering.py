"""What of an exchange is kept: the question, the answer, and nothing secret or different on each recording."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from bot_core.errors import CassetteError
from bot_core.llm.cassettes.cassette import HttpRequest, HttpResponse
from bot_core.llm.redaction import known_secrets, redacted

_KEPT_HEADERS = ("content-type", "retry-after")
_FIXED: dict[str, Any] = {"id": "recorded", "created": 0, "created_at": "2000-01-01T00:00:00Z"}
"""Identifiers and times of an answer; the clients want them to be there."""
_DROPPED = frozenset(
    {
        "system_fingerprint",
        "service_tier",
        "timings",
        "request_id",
        "organization",
        "total_duration",
        "load_duration",
        "prompt_eval_duration",
        "eval_duration",
    }
)
_ORGANISATION = re.compile(r"\b(org|proj)-[A-Za-z0-9]{6,}")


def kept_request(method: str, uri: str, body: bytes | str | None) -> HttpRequest:
    """The request without its headers, port and query."""
    parts = urlsplit(uri)
    return HttpRequest(method.upper(), parts.hostname or "", parts.path, _decoded(body))


def kept_response(status: int, headers: dict[str, list[str]], body: bytes) -> HttpResponse:
    """The response without volatile fields; the text of an error is redacted."""
    lower = {name.lower(): values[0] for name, values in headers.items() if values}
    decoded = _decoded(body)
    cleaned = _cleaned(decoded) if isinstance(decoded, dict) else decoded
    if status >= 400:
        cleaned = _redacted(cleaned)
    return HttpResponse(status, {name: lower[name] for name in _KEPT_HEADERS if name in lower}, cleaned)


def refuse_secrets(text: str, where: object) -> None:
    """Raise CassetteError when `text`, about to be written, holds the value of a key of this environment."""
    if any(secret in text for secret in known_secrets()):
        raise CassetteError(f"{where}: not written, it would hold a key of this environment")


def _decoded(body: bytes | str | None) -> Any:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _cleaned(body: dict[str, Any]) -> dict[str, Any]:
    return {name: _FIXED.get(name, value) for name, value in body.items() if name not in _DROPPED}


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _redacted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_redacted(item) for item in value]
    return _ORGANISATION.sub(r"\1-[redacted]", redacted(value)) if isinstance(value, str) else value
