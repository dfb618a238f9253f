"""Error details that may be stored and shown: one line, no keys."""

from __future__ import annotations

import os
import re

_LONGEST = 300
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
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    known = [*secrets, *(value for name, value in os.environ.items() if _VARIABLE.search(name))]
    for secret in known:
        if secret and len(secret) >= 4:
            line = line.replace(secret, "[redacted]")
    line = _SECRETS.sub("[redacted]", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
