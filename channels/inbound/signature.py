"""Is a webhook really Twilio's, and split where Twilio split it?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

SIGNATURE_HEADER = "X-Twilio-Signature"
_SIDS = re.compile(r"Sms(?:Message)?Sid((?:SM|MM)[0-9a-fA-F]{32})")
_SENDER = "Fromwhatsapp:"


class SignatureCheck:
    """Accepts what one of the account's tokens has signed; several while a rotation lasts."""

    def __init__(self, tokens: Sequence[str]) -> None:
        from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

        if not tokens:
            raise ValueError("no token: every signature would be as good as another")
        self._validators = [RequestValidator(token) for token in tokens]

    def accepts(self, url: str, form: Mapping[str, str], signature: str | None) -> bool:
        """`url` is the public one, query included. Any fault inside the check is a refusal."""
        if not signature:
            return False
        try:
            signed = any(validator.validate(url, dict(form), signature) for validator in self._validators)
        except Exception:  # noqa: BLE001 - whatever goes wrong here, the request is not proven
            return False
        return signed and is_split_as_signed(form)


def is_split_as_signed(form: Mapping[str, str]) -> bool:
    """The signed text has no delimiters, so a leaked signature also fits the same text split elsewhere: into another
    customer's From, say. But the message's own SIDs stay somewhere in that text, whatever it is split into."""
    text = "".join(name + form[name] for name in sorted(form))
    if set(_SIDS.findall(text)) != {form.get("MessageSid")}:
        return False
    return text.count(_SENDER) <= 1
