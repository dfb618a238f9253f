"""Which releases may answer customers: known ones, with their guardrails on."""

from __future__ import annotations

from collections.abc import Iterable

from bot_core.errors import ConfigurationError
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource


def servable(releases: ReleaseSource, release_id: str) -> Release:
    """Raises ConfigurationError for an unknown release or one whose guardrails are off."""
    release = releases.get(release_id)
    if not release.behaviour.guardrails:
        raise ConfigurationError(f"release {release_id} has its guardrails off", hint="it serves to measure")
    return release


def check_split(releases: ReleaseSource, split: Iterable[str]) -> None:
    """Every release of KAVAK_WHATSAPP_SPLIT, whatever its share, before a customer meets it. Raises ConfigurationError
    that names the variable."""
    for release_id in split:
        try:
            servable(releases, release_id)
        except ConfigurationError as error:
            raise ConfigurationError(f"KAVAK_WHATSAPP_SPLIT: {error.message}", hint=error.hint) from error
