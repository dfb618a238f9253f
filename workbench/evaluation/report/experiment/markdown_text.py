"""Tables and texts of the Markdown report: nothing that was said or named becomes markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.evaluation.findings.records import Key

_MOST_KEYS = 5


def keys_text(keys: Sequence[Key]) -> str:
    """The first ones, and how many more there are."""
    shown = ", ".join(f"`{key}`" for key in keys[:_MOST_KEYS])
    return f"{shown} y {len(keys) - _MOST_KEYS} más" if len(keys) > _MOST_KEYS else shown


def head(titles: Sequence[str]) -> Iterator[str]:
    yield row(titles)
    yield "|" + "---|" * len(titles)


def row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(plain(cell).replace("|", "\\|") for cell in cells) + " |"


def plain(text: str) -> str:
    """On one line."""
    return " ".join(text.split()).replace("<", "&lt;")


def fenced(text: str) -> str:
    return text.replace("````", "'''").replace("\n", "\n  ")
