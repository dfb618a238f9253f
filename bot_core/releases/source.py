"""Who knows the releases."""

from __future__ import annotations

from typing import Protocol

from bot_core.releases.release import Release


class ReleaseSource(Protocol):
    def get(self, release_id: str) -> Release:
        """Raises ConfigurationError that lists the known ids."""
        ...

    def list(self) -> tuple[Release, ...]:
        """All releases, ordered by id."""
        ...

    def current(self) -> Release:
        """The one that front doors serve."""
        ...
