"""What the screens say, in Spanish and English: one file for each page and language, read once. A missing key fails a
test before it blanks a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from bot_core.errors import ConfigurationError

FOLDER = Path(__file__).parent
SPANISH, ENGLISH = "es", "en"
LANGUAGES = {SPANISH: "Español", ENGLISH: "English"}
"""Folder of texts → how the language names itself; the first one is the default."""

_language: Callable[[], str] = lambda: SPANISH  # noqa: E731 - replaced once, by the pages
_forced: ContextVar[str | None] = ContextVar("forced_language", default=None)


def speak(language: Callable[[], str]) -> None:
    """Ask `language` at every text: each tab has its own. Without it everything is Spanish."""
    global _language  # noqa: PLW0603 - set at the pages' import, never again
    _language = language


def language() -> str:
    """A key of `LANGUAGES`: the one that is read now."""
    return _forced.get() or _language()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Everything inside is in that language, whoever asks: a report is in one language, whatever the tab is in."""
    before = _forced.set(chosen)
    try:
        yield
    finally:
        _forced.reset(before)


def bilingual(path: Path) -> Mapping[str, Mapping[str, str]]:
    """A file of texts that has its languages side by side (group → name → {es, en}), in the one that is read now."""
    return _side_by_side(path)[language()]


def text(key: str, **values: object) -> str:
    """The text of `section.name`, filled in. Raises KeyError for an unknown key or placeholder."""
    group, _, name = key.partition(".")
    found = section(group)[name]
    return filled(found, **values) if values else found


def filled(template: str, /, *numbered: object, **values: object) -> str:
    """`template` with its `{placeholders}` filled in; `{count:turno|turnos}` is the word for 1, or for any other
    count. Raises KeyError for an unknown placeholder."""
    return _WORDED.vformat(template, numbered, values)


class _Worded(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        one, choice, more = format_spec.partition("|")
        if not choice:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else more


_WORDED = _Worded()


def section(name: str) -> Mapping[str, str]:
    """All texts of one section, for a component that draws them itself."""
    return table(language())[name]


@lru_cache(maxsize=len(LANGUAGES))
def table(language: str = SPANISH) -> Mapping[str, Mapping[str, str]]:
    """section → name → text, of all pages. Raises ConfigurationError when two files have the same section."""
    sections: dict[str, dict[str, str]] = {}
    for path in sorted((FOLDER / language).glob("*.yaml")):
        for name, texts in page_texts(path).items():
            if name in sections:
                raise ConfigurationError(f"{path.name}: section {name} stands in another file too")
            sections[name] = texts
    return sections


@lru_cache
def _side_by_side(path: Path) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {one: {group: _said(names, one) for group, names in loaded.items()} for one in LANGUAGES}


def _said(names: Mapping[str, Mapping[str, object]], chosen: str) -> dict[str, str]:
    return {str(name): str(said[chosen]) for name, said in names.items()}


def page_texts(path: Path) -> dict[str, dict[str, str]]:
    """The sections of one file."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {group: {name: str(value) for name, value in names.items()} for group, names in loaded.items()}
