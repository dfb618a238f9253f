"""What the sandbox's phone looks like: its page in Spanish or English, and a message as WhatsApp would show it."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot_core.messages import Frozen

LANGUAGES = ("es", "en")
"""The first one is the default."""
_FOLDER = Path(__file__).parent
_MARKED = re.compile(r"(?<!\w)([*_])(?=\S)((?:(?!\1).)+?)(?<=\S)\1(?!\w)")
_TAGS = {"*": "strong", "_": "em"}


class PageTexts(Frozen):
    name: str
    """Of the language, in itself."""
    title: str
    heading: str
    field: str
    placeholder: str
    send: str
    refused: str
    """`{status}` is what the webhook answered."""
    statuses: dict[str, str]


@lru_cache(maxsize=len(LANGUAGES))
def page_texts(language: str) -> PageTexts:
    import yaml

    tables = yaml.safe_load((_FOLDER / "phone.yaml").read_text(encoding="utf-8"))
    return PageTexts.model_validate(tables[language])


@lru_cache(maxsize=len(LANGUAGES))
def render_page(language: str) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
    others = {one: page_texts(one).name for one in LANGUAGES if one != language}
    return environment.get_template("phone.html.j2").render(
        language=language, texts=page_texts(language), others=others
    )


def language_of(path: str) -> str:
    """Of a request for the page: `/?lang=en`."""
    (asked,) = parse_qs(urlsplit(path).query).get("lang", [LANGUAGES[0]])[:1]
    return asked if asked in LANGUAGES else LANGUAGES[0]


def shown(text: str) -> str:
    """A message as HTML: *bold* and _italics_ as WhatsApp shows them, everything else as it was written."""
    return _formatted(escape(text))


def _formatted(html: str) -> str:
    def tagged(found: re.Match[str]) -> str:
        tag = _TAGS[found[1]]
        return f"<{tag}>{_formatted(found[2])}</{tag}>"

    return _MARKED.sub(tagged, html)
