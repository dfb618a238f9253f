"""The order in which a webhook is checked: nothing is trusted before its signature, or stored before its fields."""

from __future__ import annotations

from dataclasses import dataclass

from channels.inbound.form import Refused, check_head, read_form
from channels.inbound.signature import SignatureCheck
from channels.inbound.webhook import check_addressee
from channels.settings import ChannelSettings


@dataclass(frozen=True, slots=True)
class RawRequest:
    """What the checks need of an HTTP request."""

    path: str
    query: bytes
    content_type: str | None
    length: int | None
    signature: str | None


class WebhookGate:
    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings
        self._signatures = SignatureCheck(settings.tokens) if settings.validate_signatures else None
        self._has_told_url = False

    def check_head(self, request: RawRequest) -> None:
        """Raises Refused."""
        check_head(request.content_type, request.length)

    def read(self, request: RawRequest, body: bytes) -> dict[str, str]:
        """The form of a request that Twilio has signed for this account. Raises Refused."""
        form = read_form(body)
        if self._signatures and not self._signatures.accepts(self._url(request), form, request.signature):
            raise self._wrong_signature(request)
        return form

    def check_inbound(self, form: dict[str, str]) -> None:
        """Raises Refused (403) for a message to somebody else."""
        check_addressee(form, self._settings.account_sid, self._settings.senders)

    def check_status(self, form: dict[str, str]) -> None:
        """Raises Refused (403) for the status of another account's message."""
        if form.get("AccountSid") != self._settings.account_sid:
            raise Refused(403, "account")

    def _wrong_signature(self, request: RawRequest) -> Refused:
        """The first one that carries a signature tells our URL: most often Twilio calls another one. The query is
        the caller's, and stays out."""
        if self._has_told_url or not request.signature:
            return Refused(403, "signature")
        self._has_told_url = True
        return Refused(403, "signature", url=self._settings.shown_url + request.path)

    def _url(self, request: RawRequest) -> str:
        query = request.query.decode("latin-1")
        return self._settings.url(request.path) + (f"?{query}" if query else "")
