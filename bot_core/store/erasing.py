"""What erases a customer, out of the tables and then out of the files. See bot_core/store/contracts.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Whether the files hold nothing any more of what was erased or written anew."""

    readers_are_gone: bool = True
    """Else somebody who reads since before kept it there; the next scrub tries again."""
    statistics_are_new: bool = True
    """Else PostgreSQL let us not write its catalogue anew: that of a database is its owner's."""


class CustomerErasure(Protocol):
    def erase(self, channel: str, customer_key: str) -> int:
        """Remove the customer's conversations with their turns, feedback, leads and annotations, and their profile.
        Returns how many rows are gone. A channel with tables of its own has an erasure of its own."""
        ...

    def scrub(self) -> Scrubbed:
        """Take what was erased, here or by a channel, out of the database's files too; nothing when nothing was."""
        ...
