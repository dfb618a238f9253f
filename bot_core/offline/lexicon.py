"""The phrases and words that the offline baseline knows: data in lexicon/*.yaml, compiled once."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).with_name("lexicon")
_BLANK_OR_LOOK_BEHIND = re.compile(r"\(\?<[!=][^)]*\)| \??")
_ANY_BLANKS = {" ": r"\s+", " ?": r"\s*"}
_WORD_START, _WORD_END = r"(?<![^\W_])", r"(?![^\W_])"


@lru_cache
def lexicon_file(name: str) -> dict[str, Any]:
    """The content of lexicon/`name`.yaml."""
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return data


def expressions(lines: str) -> re.Pattern[str]:
    """One pattern for all `lines`: whole words of folded text, a blank stands for any blanks."""
    return re.compile(_WORD_START + f"(?:{_alternatives(lines)})" + _WORD_END)


def ending_with(lines: str) -> re.Pattern[str]:
    """The same right before a place: at the end of what is searched."""
    return re.compile(_WORD_START + rf"(?:{_alternatives(lines)})\s*$")


@lru_cache
def pattern(file: str, *path: str) -> re.Pattern[str]:
    """The compiled expressions at `path` of lexicon/`file`.yaml."""
    return expressions(_at(file, path))


@lru_cache
def preceding(file: str, *path: str) -> re.Pattern[str]:
    return ending_with(_at(file, path))


@lru_cache
def patterns(file: str, *path: str) -> dict[str, re.Pattern[str]]:
    """Name → compiled expressions, in the order of the file."""
    data: Any = lexicon_file(file)
    for key in path:
        data = data[key]
    return {name: expressions(lines) for name, lines in data.items()}


def texts(language: str) -> dict[str, str]:
    """What the baseline itself asks, by stable name."""
    found: dict[str, str] = lexicon_file("texts")[language]
    return found


@lru_cache(maxsize=1)
def words_of_lexicon() -> frozenset[str]:
    """Every word that stands in the lexicon: none of them is a misspelling."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.yaml")) if path.stem != "spelling")
    return frozenset(word for text in texts for word in re.findall(r"[a-z]{4,}", text))


def _at(file: str, path: tuple[str, ...]) -> str:
    data: Any = lexicon_file(file)
    for key in path:
        data = data[key]
    return str(data)


def _alternatives(lines: str) -> str:
    return "|".join(_with_any_blanks(line.strip()) for line in lines.splitlines() if line.strip())


def _with_any_blanks(line: str) -> str:
    """Look-behinds need a fixed width: their blanks stay single."""
    return _BLANK_OR_LOOK_BEHIND.sub(lambda match: _ANY_BLANKS.get(match.group(), match.group()), line)
