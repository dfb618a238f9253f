"""What the screens say, in Spanish and English: one file for each page and language, read once. A missing key fails a
test before it blanks a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from bot_core.errors import ConfigurationError

FOLDER = Path(__file__).parent
SPANISH, ENGLISH = "es", "en"
LANGUAGES = {SPANISH: "Español", ENGLISH: "English"}
"""Folder of texts → how the language names itself; the first one is the default."""

_language: Callable[[], str] = lambda: SPANISH  # noqa: E731 - replaced once, by the pages


def speak(language: Callable[[], str]) -> None:
    """Ask `language` at every text: each tab has its own. Without it everything is Spanish."""
    global _language  # noqa: PLW0603 - set at the pages' import, never again
    _language = language


def text(key: str, **values: object) -> str:
    """The text of `section.name`, its `{placeholders}` filled in. Raises KeyError for an unknown key or placeholder."""
    group, _, name = key.partition(".")
    found = section(group)[name]
    return found.format(**values) if values else found


def section(name: str) -> Mapping[str, str]:
    """All texts of one section, for a component that draws them itself."""
    return table(_language())[name]


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


def page_texts(path: Path) -> dict[str, dict[str, str]]:
    """The sections of one file."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {group: {name: str(value) for name, value in names.items()} for group, names in loaded.items()}
