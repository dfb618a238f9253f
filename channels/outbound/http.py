"""Twilio's own HTTP client with time limits, without retries, and with another host for the sandbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]


class BoundedHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """`api_base` replaces scheme and host of every request; None goes to Twilio."""

    def __init__(self, *, connect_timeout: float, read_timeout: float, api_base: str | None = None) -> None:
        super().__init__(max_retries=0)
        # requests takes both limits as a pair; Twilio's client only checks a single one.
        self.timeout = (connect_timeout, read_timeout)
        self._base = urlsplit(api_base) if api_base else None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self._base:
            parts = urlsplit(url)
            url = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return super().request(method, url, *args, **kwargs)
