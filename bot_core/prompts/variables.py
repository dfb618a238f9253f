"""`{{ name }}` in a prompt, and nothing more of a template language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot_core.errors import PromptError

_VARIABLE = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}")
_OPENING = re.compile(r"\{[{%#]")


def variable_names(text: str, *, source: str, first_line: int = 1) -> frozenset[str]:
    """Names of the variables of `text`. Raises PromptError with `source` and the line of anything but a plain name;
    `first_line` is the number of the text's first line in its file."""
    names = set()
    for opening in _OPENING.finditer(text):
        match = _VARIABLE.match(text, opening.start())
        if match is None:
            line = first_line + text.count("\n", 0, opening.start())
            written = text[opening.start() :].split("\n", 1)[0][:40]
            raise PromptError(
                f"{source}, line {line}: {written!r} is no variable", hint="only {{ name }} in lower case is understood"
            )
        names.add(match.group(1))
    return frozenset(names)


def substituted(text: str, values: Mapping[str, str]) -> str:
    """`text` with its variables replaced in one pass: a value that holds `{{ x }}` itself is left as it is.
    Raises KeyError for a name that `values` lacks."""
    return _VARIABLE.sub(lambda match: values[match.group(1)], text)
