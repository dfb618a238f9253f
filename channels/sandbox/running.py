"""Where the sandbox of a data folder is, for whoever comes later: an operator's command in another terminal."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from bot_core.settings import Settings
from channels.privacy.keys import kept_key
from channels.settings import ChannelSettings, load_channel_settings

_READY_SECONDS = 5.0


class Running(NamedTuple):
    url: str
    """Of its page."""
    settings: dict[str, str]
    """Of the Twilio fake: fields of ChannelSettings."""


def find_sandbox(core: Settings) -> Running | None:
    """The one that works on this data folder and database, when it runs; a killed one leaves its file behind."""
    try:
        said = json.loads(core.sandbox_file.read_text(encoding="utf-8"))
        found = Running(f"http://127.0.0.1:{int(said['port'])}", dict(said["settings"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if _state(found.url).get("serves") == core.data_identity else None


def settings_on(running: Running, settings: ChannelSettings, core: Settings) -> ChannelSettings:
    """Those of a command that talks to the sandbox: its Twilio, the pseudonyms of its data. Raises ConfigurationError,
    StoreError."""
    hash_key = settings.hash_key.get_secret_value() or kept_key(core.data_dir).decode()
    return load_channel_settings(**running.settings, hash_key=hash_key)


def _state(url: str) -> dict[str, Any]:
    import httpx

    try:
        # Loopback only: no proxy of the environment, and no certificates to read.
        said = httpx.get(f"{url}/ready", timeout=_READY_SECONDS, trust_env=False, verify=False).json()  # noqa: S501
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
