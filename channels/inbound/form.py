"""Reading a form body strictly: what is ambiguous is refused, never guessed."""

from __future__ import annotations

from urllib.parse import parse_qsl

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 300
CONTENT_TYPE = "application/x-www-form-urlencoded"


class Refused(Exception):
    """A request that is not answered as a webhook. `status` is the HTTP status, `reason` a stable word for logs; `url`
    is what a refused signature was computed on, when that is worth saying."""

    def __init__(self, status: int, reason: str, *, url: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.url = url


def check_head(content_type: str | None, length: int | None) -> None:
    """Before the body is read. Raises Refused: 413 or 415."""
    if length is not None and length > MAX_BODY_BYTES:
        raise Refused(413, "too_large")
    if (content_type or "").split(";")[0].strip().lower() != CONTENT_TYPE:
        raise Refused(415, "content_type")


def read_form(body: bytes) -> dict[str, str]:
    """Names and values, each name once. Raises Refused: 413, or 400 for bad UTF-8 and repeated names."""
    if len(body) > MAX_BODY_BYTES:
        raise Refused(413, "too_large")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise Refused(400, "encoding") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused(400, "repeated_field")
    return form
