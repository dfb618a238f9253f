"""What Twilio says has become of a message. Reports repeat and arrive in any order; the merge has one end state."""

from __future__ import annotations

_ORDER = (
    "",
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "canceled",
    "failed",
    "undelivered",
    "delivered",
    "read",
)
"""From what says least to what says most: who has read a message has received it, whatever came before."""
_RANK = {status: rank for rank, status in enumerate(_ORDER)}
_ON_ITS_WAY = _RANK["sent"]
OPTED_OUT = frozenset({"63014", "21610"})
"""Errors of Twilio's: the customer wants nothing from us."""
FAILURES = frozenset({"failed", "undelivered", "canceled"})


def is_status(status: str) -> bool:
    return bool(status) and status in _RANK


def merged(known: str, reported: str) -> str:
    """The one that says more; commutative, associative, idempotent. An unknown status says nothing."""
    return max(known, reported, key=lambda status: _RANK.get(status, 0))


def has_left(status: str) -> bool:
    """The next part of the same reply may follow: it was sent, or never will be."""
    return _RANK.get(status, 0) >= _ON_ITS_WAY
