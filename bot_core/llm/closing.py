"""The connections to models, at the end of a command."""

from __future__ import annotations

import sys


async def close_connections() -> None:
    """Those of the event loop that is about to end, which nobody would close. Nothing where litellm was not used."""
    if "litellm" not in sys.modules:
        return
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    await close_litellm_async_clients()  # type: ignore[no-untyped-call]
