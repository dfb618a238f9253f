"""Whether the web process listens."""

from __future__ import annotations

import time
from contextlib import suppress

_STARTUP_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


def wait_until_live(url: str, *, seconds: float = _STARTUP_SECONDS) -> bool:
    import httpx

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):  # it does not listen yet
            if httpx.get(f"{url}/healthz", timeout=1, trust_env=False, verify=False).status_code == 200:  # noqa: S501 - no TLS
                return True
        time.sleep(_PAUSE_SECONDS)
    return False
