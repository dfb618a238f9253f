"""What a failed send means: nothing was sent, nothing ever will be, or nobody knows."""

from __future__ import annotations

from enum import StrEnum

TOO_MANY_REQUESTS = 20429
_SLOW_DOWN = frozenset({TOO_MANY_REQUESTS, 63018})
_UNAUTHORIZED = 401


class Failure(StrEnum):
    SAFE = "safe"
    """Surely not sent: again, later."""
    SLOW_DOWN = "slow_down"
    """Surely not sent, and every other send should wait too."""
    PERMANENT = "permanent"
    """Refused for what it is: the same again would be refused again."""
    AMBIGUOUS = "ambiguous"
    """Perhaps sent. Creating a message has no idempotency key, so it is never sent again blindly."""


def of_answer(status: int, code: int | None) -> Failure:
    """What an error answer of Twilio's API means. `code` is Twilio's own."""
    if status == 429 or code in _SLOW_DOWN:
        return Failure.SLOW_DOWN
    if status == _UNAUTHORIZED:
        # The token changed under us: the message is as good as before.
        return Failure.SAFE
    return Failure.AMBIGUOUS if status >= 500 or status < 400 else Failure.PERMANENT


def of_exception(error: Exception) -> Failure:
    """What a fault on the way means. Only what failed before the request was on the wire is safe."""
    import requests
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return Failure.SAFE
    if isinstance(error, requests.exceptions.ConnectionError):
        cause = error.args[0] if error.args else None
        reason = cause.reason if isinstance(cause, MaxRetryError) else cause
        if isinstance(reason, NewConnectionError | ConnectTimeoutError | SSLError):
            return Failure.SAFE
    return Failure.AMBIGUOUS
