"""What is wrong with a case, as its author wrote it."""

from __future__ import annotations

import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_OUR_NAME = re.compile(r"^[A-Z]|[\[(]")


def telling_fault(error: ValidationError) -> ErrorDetails:
    """The one of several faults that says most."""
    return max(error.errors(), key=_telling)


def field_of(loc: tuple[int | str, ...], *, single: bool = False) -> str:
    """The path as the author wrote it: without the names of our classes, and without `turns` when there is one."""
    parts = [str(part) for part in loc if not _OUR_NAME.search(str(part))]
    return ".".join(parts[2:] if single and parts[:1] == ["turns"] else parts) or "case"


def _telling(fault: ErrorDetails) -> tuple[int, int]:
    """A value that may take several forms reports a fault for each: a misspelt key says most, a literal least."""
    weight = {"extra_forbidden": 3, "value_error": 2, "literal_error": 0}
    return weight.get(fault["type"], 1), len(fault["loc"])
