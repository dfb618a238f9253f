"""Error details that may be stored and shown: one line, no keys."""

from __future__ import annotations

import os
import re

_LONGEST = 300
_SHORTEST_SECRET = 4
_SECRETS = re.compile(
    r"""(?ix)
      \b(?:bearer|basic)\s+[^\s"',}]+                                            # an Authorization header's value
    | \b(?:authorization|x-api-key|api[_-]?key|token|secret)\b["']?\s*[:=]\s*["']?[^\s"',}]+
    | \b(?:sk|pk|rk|gsk|hf|xai|AIza)[-_][A-Za-z0-9_*.\-]{4,}                     # the usual forms of a key, masked too
    """
)
_VARIABLE = re.compile(r"(?:_API_KEY|_TOKEN|_SECRET)$")


def safe_detail(text: str, *secrets: str | None) -> str:
    """The first line of `text` without the given secrets, those of the environment, or anything that looks like one."""
    line = redacted(next((line.strip() for line in text.splitlines() if line.strip()), ""), *secrets)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def redacted(text: str, *secrets: str | None) -> str:
    """All of `text` without the given secrets, those of the environment, or anything that looks like one."""
    for secret in (*secrets, *known_secrets()):
        if secret and len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "[redacted]")
    return _SECRETS.sub("[redacted]", text)


def known_secrets() -> tuple[str, ...]:
    """The values of this environment's variables for keys."""
    return tuple(
        value for name, value in os.environ.items() if _VARIABLE.search(name) and len(value) >= _SHORTEST_SECRET
    )
