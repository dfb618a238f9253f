"""The reference that a customer is told: short, readable aloud, the same for the same request."""

from __future__ import annotations

import hashlib

from bot_core.leads.lead import LeadKind

_DIGITS = 6


def lead_reference(tracking_id: str, kind: LeadKind, attempt: int = 0) -> str:
    """ "KV-7F3A9C". When another request already has it, ask for the next `attempt`."""
    digest = hashlib.sha256(f"{tracking_id}\n{kind.value}\n{attempt}".encode()).hexdigest()
    return f"KV-{digest[:_DIGITS].upper()}"
