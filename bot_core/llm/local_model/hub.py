"""Download one file over HTTP, continuing where an earlier try stopped."""

from __future__ import annotations

from pathlib import Path

import httpx

from bot_core.errors import UserError
from bot_core.llm.local_model.files import Progress

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 60.0


class HubUnreachable(UserError):
    """The address does not answer, or answers with an error; what arrived so far is kept for the next try."""


def download(url: str, part: Path, progress: Progress) -> None:
    """Append to `part` what it still lacks of `url`. Raises HubUnreachable; `part` then holds what had arrived."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"accept-encoding": "identity"} | ({"range": f"bytes={have}-"} if have else {})
    timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
    try:
        with httpx.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # all of it is there already
            response.raise_for_status()
            _append(response, part, have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0, progress)
    except httpx.HTTPStatusError as error:
        raise HubUnreachable(f"{url} answers {error.response.status_code}") from error
    except (httpx.HTTPError, OSError) as error:
        raise HubUnreachable(f"{url}: {error or type(error).__name__}", hint="what arrived is kept") from error


def _append(response: httpx.Response, part: Path, start: int, progress: Progress) -> None:
    """A server that ignores the range sends the whole file: then it is written from the start."""
    with part.open("r+b" if part.exists() else "wb") as file:
        file.truncate(start)
        file.seek(start)
        for chunk in response.iter_bytes():  # as it arrives: a larger chunk would be lost when the connection is cut
            file.write(chunk)
            progress(file.tell())
